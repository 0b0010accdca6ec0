// Arguments that fit an input schema, chosen by a seed: the same seed gives the same ones.
import crypto from "node:crypto";
import { textOfPattern } from "./pattern-text.mjs";

export function randomArguments(schema, seed) {
  const next = randomOf(seed);
  return generate(schema, schema, next, 0);
}

function randomOf(seed) {
  let state = crypto.createHash("sha256").update(seed).digest().readUInt32LE(0) || 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

const resolve = (schema, root) => (schema?.$ref ? root.$defs[schema.$ref.slice("#/$defs/".length)] : schema);

// The keywords of all branches in one schema, with one branch of anyOf.
function whole(schema, root, next, depth = 0) {
  let all = { ...resolve(schema, root) };
  const parts = [...(all.allOf ?? [])];
  if (all.anyOf) parts.push(all.anyOf[next(all.anyOf.length)]);
  delete all.allOf;
  delete all.anyOf;
  if (depth > 8) return all;
  for (const part of parts) {
    const more = whole(part, root, next, depth + 1);
    all = {
      ...all,
      ...more,
      properties: { ...all.properties, ...more.properties },
      required: [...new Set([...(all.required ?? []), ...(more.required ?? [])])],
    };
    if (!Object.keys(all.properties).length) delete all.properties;
  }
  return all;
}

function generate(given, root, next, depth) {
  if (given === true) return "x";
  const schema = whole(given, root, next);
  if ("const" in schema) return schema.const;
  if (schema.enum) return schema.enum[next(schema.enum.length)];
  if (schema.contentEncoding === "base64") return Buffer.from(text(schema, next)).toString("base64");
  const types = [schema.type ?? (schema.properties ? "object" : schema.items ? "array" : "string")]
    .flat()
    .filter((each) => each !== "null");
  const type = types.length ? types[next(types.length)] : "null";
  if (type === "object") return object(schema, root, next, depth);
  if (type === "array") {
    const least = schema.minItems ?? 0;
    const count = depth > 4 ? least : Math.min(schema.maxItems ?? 3, least + next(3));
    const items = Array.from({ length: count }, () => generate(schema.items ?? {}, root, next, depth + 1));
    if (!schema.uniqueItems) return items;
    const seen = new Set();
    return items.filter((item) => !seen.has(JSON.stringify(item)) && seen.add(JSON.stringify(item)));
  }
  if (type === "integer" || type === "number") return number(schema, type, next);
  if (type === "boolean") return next(2) === 1;
  if (type === "null") return null;
  return text(schema, next);
}

function object(schema, root, next, depth) {
  const required = new Set(schema.required ?? []);
  const out = {};
  const names = Object.keys(schema.properties ?? {});
  for (const name of new Set([...required, ...names])) {
    const take =
      required.has(name) || names.indexOf(name) < (schema.minProperties ?? 0) || (depth < 4 && next(2) === 1);
    if (take) out[name] = generate(schema.properties?.[name] ?? {}, root, next, depth + 1);
  }
  // A file of a form has one content (src/rest/rest_request.h).
  if (schema.properties?.base64 && schema.properties?.filename) {
    delete out.text;
    if (out.content_type) out.content_type = "text/plain";
    out.base64 = Buffer.from(`bytes ${next(1000)}`).toString("base64");
  }
  return out;
}

function number(schema, type, next) {
  const least =
    schema.minimum ??
    (schema.exclusiveMinimum !== undefined ? schema.exclusiveMinimum + 1 : Math.min(0, schema.maximum ?? 0));
  const most =
    schema.maximum ?? (schema.exclusiveMaximum !== undefined ? schema.exclusiveMaximum - 1 : Math.max(least, 1000));
  const span = Math.max(1, Math.min(1000, Math.floor(most - least) + 1));
  const value = least + next(span);
  return schema.multipleOf
    ? Math.ceil(value / schema.multipleOf) * schema.multipleOf
    : type === "integer"
      ? Math.ceil(value)
      : value;
}

const letters = [
  "a",
  "Z",
  "7",
  " ",
  "ü",
  "&",
  "=",
  "/",
  "?",
  "#",
  "% ",
  "+",
  "日",
  '"',
  "'",
  ";",
  "|",
  ".",
  "~",
  "-",
  "_",
  "<",
  "\\",
  "[",
  "]",
  "{",
  "}",
  ":",
  "@",
  "!",
  "$",
  "(",
  ")",
  "*",
];

function text(schema, next) {
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
    ipv6: "2001:db8::1",
    hostname: "a.example.com",
  };
  if (formats[schema.format]) return formats[schema.format];
  let out = "x";
  for (let i = next(6); i > 0; --i) out += letters[next(letters.length)];
  return [...out.padEnd(schema.minLength ?? 0, "x")].slice(0, schema.maxLength ?? Infinity).join("");
}
