// Between an OpenAPI document, what the server says it offers, and what an admin chooses of it.
import { api, unwrap, type Schema } from "../../api/client";

export type Preview = Schema<"OpenapiPreview">;
export type OfferedOperation = Schema<"OpenapiOperation">;
type Packed = Pick<Schema<"OpenapiImportInput">, "document_deflated" | "document_url">;

/** A document that the server has read, with what to send to import from it. */
export interface OpenapiSource {
  packed: Packed;
  preview: Preview;
}

/** Compressed, as documents are larger than a request may be: GitHub's has 13 MB. The bytes of a file stay as they are, because
 * the server knows more encodings. */
async function pack(document: string | File, url: string): Promise<Packed> {
  const stream = new Blob([document]).stream().pipeThrough(new CompressionStream("deflate-raw"));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  let binary = "";
  for (let at = 0; at < bytes.length; at += 0x8000)
    binary += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  const base64url = btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  return { document_deflated: base64url, ...(url ? { document_url: url } : {}) };
}

/** Reads a document, and compares it with a connector when there is one. */
export async function readDocument(
  document: string | File,
  url: string,
  connector?: string,
): Promise<OpenapiSource> {
  const packed = await pack(document, url);
  const body = { ...packed, ...(connector ? { connector } : {}) };
  const preview = await unwrap(api.POST("/admin/connectors/import/openapi", { body }));
  return { packed, preview };
}

/** Imports the chosen operations, and deletes the chosen ones that the document no longer has. */
export function importChosen(id: string, { packed, preview }: OpenapiSource, chosen: Set<string>) {
  const picked = preview.operations.filter(({ operation }) => chosen.has(operation));
  const body = {
    ...packed,
    operations: picked.filter(({ status }) => status !== "removed").map((one) => one.operation),
    remove: picked.filter(({ status }) => status === "removed").map((one) => one.key),
  };
  return unwrap(
    api.POST("/admin/connectors/{id}/import/openapi", { params: { path: { id } }, body }),
  );
}

/**
 * At first, what only reads and is not deprecated; later, what the document has changed. What was edited by hand or is
 * gone from the document is for the person to decide.
 */
export function suggested({ imported_before, operations }: Preview): Set<string> {
  const good = operations.filter(
    ({ importable, status, read_only, deprecated }) =>
      importable &&
      (imported_before ? status === "changed" : status === "new" && read_only && !deprecated),
  );
  return new Set(good.map(({ operation }) => operation));
}

export const canChoose = ({ importable, status }: OfferedOperation) =>
  importable || status === "removed";

/** The first tag, under which a list shows it. */
export const groupOf = ({ status, tags }: OfferedOperation) =>
  status === "removed" ? "No longer in the document" : (tags[0] ?? "Other operations");

/** Those that a search finds, group by group. */
export function findOperations(operations: OfferedOperation[], search: string, show: string) {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const found = operations.filter((one) => {
    if (show === "reads" ? !one.read_only : show !== "all" && one.status !== show) return false;
    const text = [one.name, one.key, one.operation, ...one.tags].join(" ").toLowerCase();
    return words.every((word) => text.includes(word));
  });
  const groups = new Map<string, OfferedOperation[]>();
  for (const one of found) {
    const group = groupOf(one);
    if (!groups.has(group)) groups.set(group, []);
    groups.get(group)?.push(one);
  }
  return [...groups.values()].flat();
}
