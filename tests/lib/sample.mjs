import { textOfPattern } from "./pattern-text.mjs";

// The smallest value that fits a JSON Schema as imports make them.
export function sample(schema, root = schema, depth = 0) {
  if (schema === true || depth > 12) return {};
  if (schema.$ref) return sample(root.$defs[schema.$ref.slice("#/$defs/".length)], root, depth + 1);
  if ("const" in schema) return schema.const;
  if (schema.enum) return schema.enum[0];
  if (schema.anyOf) return merged(schema, schema.anyOf[0], root, depth);
  if (schema.allOf) {
    const whole = schema.allOf.reduce((all, part) => union(all, resolve(part, root)), { ...schema, allOf: undefined });
    return sample(whole, root, depth + 1);
  }
  const type = Array.isArray(schema.type) ? schema.type[0] : (schema.type ?? (schema.properties ? "object" : "string"));
  if (type === "object") {
    const names = new Set([
      ...(schema.required ?? []),
      ...Object.keys(schema.properties ?? {}).slice(0, schema.minProperties ?? 0),
    ]);
    return Object.fromEntries(
      [...names].map((name) => [name, sample(schema.properties?.[name] ?? {}, root, depth + 1)]),
    );
  }
  if (type === "array")
    return Array.from({ length: schema.minItems ?? 0 }, () => sample(schema.items ?? {}, root, depth + 1));
  if (type === "integer" || type === "number") return number(schema);
  if (type === "boolean") return true;
  if (type === "null") return null;
  return text(schema);
}

const resolve = (schema, root) => (schema.$ref ? root.$defs[schema.$ref.slice("#/$defs/".length)] : schema);
const union = (a, b) => ({
  ...a,
  ...b,
  properties: { ...a.properties, ...b.properties },
  required: [...new Set([...(a.required ?? []), ...(b.required ?? [])])],
});
const merged = (schema, branch, root, depth) => {
  const whole = union({ ...schema, anyOf: undefined }, resolve(branch, root));
  if (!whole.required.length) delete whole.required;
  return sample(whole, root, depth + 1);
};

function number(schema) {
  const least = schema.minimum ?? (schema.exclusiveMinimum !== undefined ? schema.exclusiveMinimum + 1 : undefined);
  const most = schema.maximum ?? (schema.exclusiveMaximum !== undefined ? schema.exclusiveMaximum - 1 : undefined);
  const value = least ?? Math.min(1, most ?? 1);
  return schema.multipleOf ? Math.ceil(value / schema.multipleOf) * schema.multipleOf : value;
}

function text(schema) {
  if (schema.pattern) return textOfPattern(schema);

  const formats = {
    "date-time": "2026-01-02T03:04:05Z",
    date: "2026-01-02",
    time: "03:04:05Z",
    email: "a@example.com",
    uri: "https://example.com/",
    url: "https://example.com/",
    uuid: "0b6f3c5e-7b54-4b9a-9a53-6f0f7f3f0a11",
    ipv4: "192.0.2.1",
  };
  const given = formats[schema.format] ?? "x";
  return given.padEnd(schema.minLength ?? 0, "x").slice(0, schema.maxLength ?? Infinity);
}
