import { expect, test } from "vitest";
import { operationForm, parseOperation, withTemplates } from "./operationForm";

const form = (changes = {}) => ({ ...operationForm(null), key: "get", name: "Get", ...changes });

test("an operation survives the way through the form", () => {
  const operation = {
    key: "list",
    name: "List",
    description: "Lists",
    enabled: true,
    read_only: true,
    destructive: false,
    idempotent: true,
    input_schema: { type: "object", properties: { q: { type: "string" } } },
    rest: {
      method: "GET" as const,
      path: "/x/{q}",
      query: { page: "{page}" },
      headers: { Accept: "a: b" },
      max_items: 5,
      pick: "items",
    },
  };
  expect(parseOperation(operationForm(operation), true)).toEqual(operation);
});

test("a header may have a colon in its value, and a line without one is named", () => {
  expect(parseOperation(form({ headers: "A: b:c\n\n" }), true).rest?.headers).toEqual({ A: "b:c" });
  expect(() => parseOperation(form({ query: "nothing" }), true)).toThrow(
    "Query: “nothing” is not of the form name: value.",
  );
});

test("an input schema that is not an object is named as the fault", () => {
  expect(() => parseOperation(form({ inputSchema: "{" }), true)).toThrow("not valid JSON");
  expect(() => parseOperation(form({ inputSchema: "[]" }), true)).toThrow("must be a JSON object");
});

test("an operation that reads is neither destructive nor unsafe to repeat", () => {
  const read = parseOperation(form({ readOnly: true, destructive: true, idempotent: false }), true);
  expect([read.destructive, read.idempotent]).toEqual([false, true]);
});

test("the templates of another form replace the request only", () => {
  const merged = withTemplates(
    form({ description: "mine" }),
    form({ description: "other", path: "/other" }),
  );
  expect([merged.description, merged.path]).toEqual(["mine", "/other"]);
});
