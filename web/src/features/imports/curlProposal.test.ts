import { expect, test } from "vitest";
import {
  canBeFixed,
  pathBehind,
  proposedForm,
  type CurlProposal,
  type ProposedParameter,
} from "./curlProposal";

const parameter = (changes: object) =>
  ({
    name: "page",
    in: "query",
    in_template: "{page}",
    constant: "2",
    ...changes,
  }) as unknown as ProposedParameter;
const proposal = {
  base_url: "https://api.example/v1",
  operation: {
    key: "list",
    name: "List",
    input_schema: { type: "object", properties: { page: {}, $name: {} }, required: ["page"] },
    rest: { method: "GET", path: "/x", query: { page: "{page}" }, headers: {} },
  },
  parameters: [parameter({})],
} as unknown as CurlProposal;

test("a fixed parameter keeps its value and is no argument any more", () => {
  const form = proposedForm(proposal, new Set(["page"]));
  expect(form.query).toBe("page: 2");
  expect(JSON.parse(form.inputSchema)).toEqual({ type: "object", properties: { $name: {} } });
});

test("a parameter that is not fixed stays an argument", () => {
  const form = proposedForm(proposal, new Set());
  expect(form.query).toBe("page: {page}");
  expect(JSON.parse(form.inputSchema)).toMatchObject({ required: ["page"] });
});

test("a value with $& is put in as it is", () => {
  const odd = { ...proposal, parameters: [parameter({ constant: "$&" })] };
  expect(proposedForm(odd, new Set(["page"])).query).toBe("page: $&");
});

test("a header with a line break cannot be fixed in a line", () => {
  expect(canBeFixed(parameter({ in: "header", constant: "a\nb" }))).toBe(false);
  expect(canBeFixed(parameter({ in: "body", constant: "a\nb" }))).toBe(true);
  expect(canBeFixed(parameter({ constant: undefined }))).toBe(false);
});

test("a command for another address has no path behind the base URL", () => {
  expect(pathBehind("https://api.example/", proposal, "/x")).toBe("/v1/x");
  expect(pathBehind("https://api.example/v1", proposal, "/x")).toBe("/x");
  expect(pathBehind("https://api.example/v", proposal, "/x")).toBeNull();
  expect(pathBehind("https://other.example", proposal, "/x")).toBeNull();
});
