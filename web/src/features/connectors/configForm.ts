// Between a kind's config fields, what the server stores, and what stands in a form.
import type { Schema } from "../../api/client";
import { isObject, prettyJson, type JsonObject } from "../../lib/json";

type ConfigField = Schema<"ConfigField">;

/** Text of each field; lists have one entry a line, booleans are "true" or "false". */
export interface ConfigValues {
  texts: Record<string, string>;
  /** Secrets that the server holds and that stay as they are. */
  kept: Record<string, boolean>;
}

export function configValues(fields: ConfigField[], config: JsonObject | null): ConfigValues {
  const values: ConfigValues = { texts: {}, kept: {} };
  for (const field of fields) {
    const value = config?.[field.key] ?? field.default;
    values.kept[field.key] = field.type === "secret" && isObject(value) && value.set === true;
    values.texts[field.key] = toText(field, value);
  }
  return values;
}

/** The fields to show: those that count for the chosen way to authenticate, and that can be set here or are set. */
export function shownFields(fields: ConfigField[], values: ConfigValues): ConfigField[] {
  return fields.filter(
    (field) => isUsed(field, values) && !(field.locked && !values.texts[field.key]),
  );
}

function isUsed(field: ConfigField, { texts }: ConfigValues): boolean {
  return !field.auths || field.auths.includes(texts.auth || "none");
}

function toText(field: ConfigField, value: unknown): string {
  if (value === undefined || value === null || field.type === "secret") return "";
  if (Array.isArray(value)) return value.join("\n");
  return prettyJson(value);
}

/** The config to send. What is empty or not used is left out of a new one, and told as empty to an existing one. */
export function parseConfig(
  fields: ConfigField[],
  values: ConfigValues,
  existing: boolean,
): JsonObject {
  const config: JsonObject = {};
  for (const field of fields) {
    if (values.kept[field.key]) continue;
    const text = (isUsed(field, values) && values.texts[field.key]) || "";
    const value = fromText(field, text);
    if (value !== undefined) config[field.key] = value;
    else if (existing && field.type === "text") config[field.key] = "";
  }
  return config;
}

function fromText(field: ConfigField, text: string): unknown {
  switch (field.type) {
    case "boolean":
      return text === "true";
    case "number":
      return text === "" ? undefined : Number(text);
    case "list":
      return text
        .split("\n")
        .map((line) => line.trim())
        .filter(Boolean);
    default:
      return text === "" ? undefined : text;
  }
}
