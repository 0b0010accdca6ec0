import { describe, expect, test } from "vitest";
import { formFields, initialValues, parseForm } from "./schemaForm";

const schema = {
  type: "object",
  required: ["title", "count"],
  properties: {
    title: { type: "string", description: "What it is called" },
    count: { type: "integer", default: 3 },
    share: { type: ["number", "null"] },
    open: { type: "boolean" },
    color: { enum: ["red", 7] },
    rows: { type: "array" },
  },
};
const fields = formFields(schema);
const read = (values: Record<string, string>) => parseForm(fields, values);

test("each property becomes a field of its type", () => {
  expect(fields.map(({ name, kind, required }) => [name, kind, required])).toEqual([
    ["title", "text", true],
    ["count", "number", true],
    ["share", "number", false],
    ["open", "boolean", false],
    ["color", "choice", false],
    ["rows", "json", false],
  ]);
  expect(fields[0]?.description).toBe("What it is called");
});

test("a form begins with the defaults of the schema", () => {
  expect(initialValues(fields, null)).toMatchObject({ title: "", count: "3", color: "" });
});

test("a form that repeats a call has its arguments and no defaults", () => {
  const values = initialValues(fields, { title: "a", color: 7, rows: [1] });
  expect(values).toMatchObject({ title: "a", count: "", color: "7", rows: "[\n  1\n]" });
  expect(read(values).arguments).toEqual({ title: "a", color: 7, rows: [1] });
});

describe("reading a form", () => {
  test("an empty field is left out, and a required text may be empty", () => {
    expect(read({ title: "", count: "1", share: "" })).toEqual({
      arguments: { title: "", count: 1 },
      problems: {},
    });
  });

  test("a required number that is empty is a problem", () => {
    expect(read({ title: "a" }).problems).toEqual({ count: "This is required." });
  });

  test("a fraction is not a whole number, and a word is not a number", () => {
    expect(read({ count: "1.5", share: "many" }).problems).toEqual({
      count: "Not a whole number.",
      share: "Not a number.",
    });
    expect(read({ count: "7.0" }).arguments.count).toBe(7);
  });

  test("what is not JSON is a problem, not a text", () => {
    expect(read({ count: "1", rows: "[1," }).problems).toEqual({ rows: "Not valid JSON." });
  });

  test("a choice keeps its type", () => {
    expect(read({ count: "1", color: '"red"', open: "false" }).arguments).toMatchObject({
      color: "red",
      open: false,
    });
  });
});

test("a schema without properties makes a form without fields", () => {
  expect(formFields({ type: "object" })).toEqual([]);
  expect(formFields({ properties: [1] })).toEqual([]);
  expect(formFields({ properties: { any: true } })[0]?.kind).toBe("json");
});

test("whole numbers of any size are shown and sent exactly", () => {
  const big = 9007199254740993n;
  const values = initialValues(fields, { title: "a", count: big, share: -big, rows: [big] });
  expect(values).toMatchObject({
    count: "9007199254740993",
    share: "-9007199254740993",
    rows: "[\n  9007199254740993\n]",
  });
  expect(read(values).arguments).toEqual({ title: "a", count: big, share: -big, rows: [big] });
});
