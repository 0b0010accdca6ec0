// JSON as people read and type it. A whole number that a double would round is a bigint here, so it stays exact.
export type JsonObject = Record<string, unknown>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Stands before the digits of a bigint while they are a string. No document can contain it: it is random. */
const mark = `${crypto.getRandomValues(new Uint32Array(4)).join()}:`;
const markedText = new RegExp(`"${mark}(-?\\d+)"`, "g");
const stringOrNumber = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.eE+-]*/g;
const isWholeNumber = (text: string) => /^[+-]?\d+$/.test(text);

/** The number that a text stands for; NaN if it is no number. */
export function parseNumber(text: string): number | bigint {
  const rounded = Number(text);
  return isWholeNumber(text) && !Number.isSafeInteger(rounded) ? BigInt(text) : rounded;
}

/** Throws a SyntaxError, as JSON.parse() does. */
export function parseJson(text: string): unknown {
  const rounded: unknown = JSON.parse(text);
  if (!/\d{16}/.test(text)) return rounded;
  const marked = text.replace(stringOrNumber, (token) =>
    typeof parseNumber(token) === "bigint" ? `"${mark}${token}"` : token,
  );
  return JSON.parse(marked, (_key, value: unknown) =>
    typeof value === "string" && value.startsWith(mark) ? BigInt(value.slice(mark.length)) : value,
  );
}

/** Empty for undefined. */
export function stringifyJson(value: unknown, indent = 0): string {
  const isBig = (one: unknown) => typeof one === "bigint";
  const marked = JSON.stringify(
    value,
    (_key, one: unknown) => (isBig(one) ? `${mark}${String(one)}` : one),
    indent,
  ) as string | undefined;
  return marked?.replace(markedText, "$1") ?? "";
}

export function prettyJson(value: unknown): string {
  return typeof value === "string" ? value : stringifyJson(value, 2);
}
