// Between the proposal made of a cURL command and the forms of a connector and an operation.
import type { Schema } from "../../api/client";
import { isObject, type JsonObject } from "../../lib/json";
import type { ConfigValues } from "../connectors/configForm";
import { operationForm, type OperationForm } from "../operations/operationForm";

export type CurlProposal = Schema<"CurlProposal">;
export type ProposedParameter = Schema<"ProposedParameter">;

/** A line of the form holds one header, so that a line break cannot be in it. */
export function canBeFixed({ in: place, constant }: ProposedParameter): boolean {
  const inLines = place === "header";
  return constant !== undefined && !(inLines && constant.includes("\n"));
}

/** The form of the operation in which the parameters named in `fixed` keep the value they have in the command. */
export function proposedForm(proposal: CurlProposal, fixed: ReadonlySet<string>): OperationForm {
  const operation = structuredClone(proposal.operation);
  const { rest, input_schema: schema } = operation;
  for (const { name, in: place, in_template: template, constant } of proposal.parameters) {
    if (!fixed.has(name) || constant === undefined) continue;
    const fix = (text: string) => text.replaceAll(template, () => constant);
    if (place === "path") rest.path = fix(rest.path);
    if (place === "query") rest.query = mapValues(rest.query, fix);
    if (place === "header") rest.headers = mapValues(rest.headers, fix);
    if (place === "body") rest.body = fix(rest.body ?? "");
    withoutProperty(schema, name);
  }
  return operationForm(operation);
}

function mapValues(pairs: Record<string, string> | undefined, map: (value: string) => string) {
  return Object.fromEntries(Object.entries(pairs ?? {}).map(([key, value]) => [key, map(value)]));
}

function withoutProperty(schema: JsonObject, name: string) {
  if (isObject(schema.properties)) delete schema.properties[name];
  if (!Array.isArray(schema.required)) return;
  schema.required = schema.required.filter((required) => required !== name);
  if ((schema.required as unknown[]).length === 0) delete schema.required;
}

/** The settings of a new connector for this command, the secret for the sealed field among them. */
export function proposedConfig(proposal: CurlProposal, values: ConfigValues): ConfigValues {
  const { base_url, auth, secret } = proposal;
  return {
    ...values,
    texts: {
      ...values.texts,
      base_url,
      auth: auth.type,
      auth_name: auth.name,
      username: auth.username,
      secret: secret ?? "",
    },
  };
}

/** The path behind the base URL that a connector has already; null when the command is for another address. */
export function pathBehind(baseUrl: string, proposal: CurlProposal, path: string): string | null {
  const base = baseUrl.replace(/\/+$/, "");
  const whole = proposal.base_url + path;
  return whole.startsWith(`${base}/`) ? whole.slice(base.length) : null;
}
