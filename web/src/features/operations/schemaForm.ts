// The part of JSON Schema that the test form understands, and the way from typed text to arguments.
import {
  isObject,
  parseJson,
  parseNumber,
  prettyJson,
  stringifyJson,
  type JsonObject,
} from "../../lib/json";

export interface FormField {
  name: string;
  kind: "text" | "number" | "boolean" | "choice" | "json";
  required: boolean;
  integer: boolean;
  description: string;
  choices: unknown[];
  schema: JsonObject;
}

/** The content of each input: text as typed, booleans as "true", "false" or "" for left out. */
export type FormValues = Record<string, string>;

export function formFields(schema: JsonObject): FormField[] {
  const properties = isObject(schema.properties) ? schema.properties : {};
  const required = Array.isArray(schema.required) ? schema.required : [];
  return Object.entries(properties).map(([name, property]) => {
    const part = isObject(property) ? property : {};
    const type = typeOf(part);
    const choices = Array.isArray(part.enum) ? part.enum : [];
    return {
      name,
      kind: choices.length > 0 ? "choice" : kindOf(type),
      required: required.includes(name),
      integer: type === "integer",
      description: typeof part.description === "string" ? part.description : "",
      choices,
      schema: part,
    };
  });
}

/** `["string", "null"]` is a string that may be left out. */
function typeOf(schema: JsonObject): unknown {
  if (!Array.isArray(schema.type)) return schema.type;
  const types = schema.type.filter((type) => type !== "null");
  return types.length === 1 ? types[0] : undefined;
}

function kindOf(type: unknown): FormField["kind"] {
  if (type === "string") return "text";
  if (type === "number" || type === "integer") return "number";
  if (type === "boolean") return "boolean";
  return "json";
}

/** The values of a form that starts from a former call's arguments, or from the schema's defaults. */
export function initialValues(fields: FormField[], from: JsonObject | null): FormValues {
  return Object.fromEntries(
    fields.map((field) => {
      const value = from ? from[field.name] : field.schema.default;
      return [field.name, value === undefined ? "" : toText(field, value)];
    }),
  );
}

function toText(field: FormField, value: unknown): string {
  if (field.kind === "choice") return stringifyJson(value);
  return field.kind === "json" ? stringifyJson(value, 2) : prettyJson(value);
}

export interface ParsedForm {
  arguments: JsonObject;
  /** By field name; empty when all is well. */
  problems: Record<string, string>;
}

/** Arguments as the operation gets them. Whether they fit its schema in detail is the server's to say. */
export function parseForm(fields: FormField[], values: FormValues): ParsedForm {
  const read: ParsedForm = { arguments: {}, problems: {} };
  for (const field of fields) {
    const text = values[field.name] ?? "";
    if (text === "") {
      // A required string may well be the empty one.
      if (field.required && field.kind === "text") read.arguments[field.name] = "";
      else if (field.required) read.problems[field.name] = "This is required.";
      continue;
    }
    const value = fromText(field, text);
    if (value === undefined) read.problems[field.name] = problemOf(field);
    else read.arguments[field.name] = value;
  }
  return read;
}

function fromText(field: FormField, text: string): unknown {
  if (field.kind === "text") return text;
  if (field.kind === "number") {
    const value = parseNumber(text);
    if (typeof value === "bigint") return value;
    return Number.isFinite(value) && (!field.integer || Number.isInteger(value))
      ? value
      : undefined;
  }
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}

function problemOf(field: FormField): string {
  if (field.kind === "number") return field.integer ? "Not a whole number." : "Not a number.";
  return "Not valid JSON.";
}
