// Between a rest operation and the texts of its form.
import type { Schema } from "../../api/client";
import { isObject, parseJson, stringifyJson } from "../../lib/json";

type OperationInput = Schema<"OperationInput">;
/** One that the server has, or one that is to be sent to it. */
type Operation = Omit<OperationInput, "rest"> & Partial<Pick<OperationInput, "rest">>;
export type Method = Schema<"RestOperation">["method"];

export const methods: Method[] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"];

export interface OperationForm {
  key: string;
  name: string;
  description: string;
  method: Method;
  /** Not shown: an imported operation keeps where it is served. */
  server: string;
  path: string;
  /** `name: template`, one a line. */
  query: string;
  headers: string;
  body: string;
  contentType: string;
  pick: string;
  maxItems: string;
  maxTextBytes: string;
  maxBytes: string;
  inputSchema: string;
  readOnly: boolean;
  destructive: boolean;
  idempotent: boolean;
}

const emptySchema = { type: "object", properties: {}, additionalProperties: false };

export function operationForm(operation: Operation | null): OperationForm {
  const rest = operation?.rest;
  return {
    key: operation?.key ?? "",
    name: operation?.name ?? "",
    description: operation?.description ?? "",
    method: rest?.method ?? "GET",
    server: rest?.server ?? "",
    path: rest?.path ?? "/",
    query: toLines(rest?.query),
    headers: toLines(rest?.headers),
    body: rest?.body ?? "",
    contentType: rest?.content_type ?? "",
    pick: rest?.pick ?? "",
    maxItems: rest?.max_items ? String(rest.max_items) : "",
    maxTextBytes: rest?.max_text_bytes ? String(rest.max_text_bytes) : "",
    maxBytes: rest?.max_bytes ? String(rest.max_bytes) : "",
    inputSchema: stringifyJson(operation?.input_schema ?? emptySchema, 2),
    readOnly: operation?.read_only ?? true,
    destructive: operation?.destructive ?? false,
    idempotent: operation?.idempotent ?? true,
  };
}

/** `form` with the request and the schema of another one; what people and models read of it stays. */
export function withTemplates(form: OperationForm, other: OperationForm): OperationForm {
  const { path, query, headers, body, inputSchema } = other;
  return { ...form, path, query, headers, body, inputSchema };
}

/** The operation to send; throws an Error that says which text cannot be read. */
export function parseOperation(form: OperationForm, enabled: boolean): OperationInput {
  const rest: OperationInput["rest"] = {
    method: form.method,
    path: form.path,
    query: fromLines("Query", form.query),
    headers: fromLines("Headers", form.headers),
  };
  if (form.server) rest.server = form.server;
  if (form.body) rest.body = form.body;
  if (form.contentType) rest.content_type = form.contentType;
  if (form.pick) rest.pick = form.pick;
  if (form.maxItems) rest.max_items = Number(form.maxItems);
  if (form.maxTextBytes) rest.max_text_bytes = Number(form.maxTextBytes);
  if (form.maxBytes) rest.max_bytes = Number(form.maxBytes);
  return {
    key: form.key,
    name: form.name,
    description: form.description,
    input_schema: parseSchema(form.inputSchema),
    rest,
    read_only: form.readOnly,
    destructive: !form.readOnly && form.destructive,
    idempotent: form.readOnly || form.idempotent,
    enabled,
  };
}

function parseSchema(text: string): Record<string, unknown> {
  let schema: unknown;
  try {
    schema = parseJson(text);
  } catch {
    throw new Error("The input schema is not valid JSON.");
  }
  if (!isObject(schema)) throw new Error("The input schema must be a JSON object.");
  return schema;
}

function toLines(pairs: Record<string, string> | undefined): string {
  return Object.entries(pairs ?? {})
    .map(([name, template]) => `${name}: ${template}`)
    .join("\n");
}

function fromLines(what: string, text: string): Record<string, string> {
  const pairs: Record<string, string> = {};
  for (const line of text.split("\n").filter((candidate) => candidate.trim() !== "")) {
    const colon = line.indexOf(":");
    if (colon < 1) throw new Error(`${what}: “${line.trim()}” is not of the form name: value.`);
    pairs[line.slice(0, colon).trim()] = line.slice(colon + 1).trim();
  }
  return pairs;
}
