import { expect, test } from "vitest";
import { parseJson, parseNumber, prettyJson, stringifyJson } from "./json";

const exact = [
  '{"id":9007199254740993,"list":[-9223372036854775809,18446744073709551616],"n":1.5}',
  "9007199254740993",
  '{"9007199254740993":"9007199254740993","text":"\\"id\\": 9007199254740993, \\\\"}',
  "[123456789012345678901234567890123456789]",
  '[1,"a\\\\",9007199254740993]',
];

test.each(exact)("%s is read and written without a change", (text) => {
  expect(stringifyJson(parseJson(text))).toBe(text);
});

test("only a whole number that a double would round is a bigint", () => {
  expect(parseJson("[9007199254740991, 9007199254740993, 0.12345678901234567890, 1e300]")).toEqual([
    9007199254740991,
    9007199254740993n,
    0.12345678901234568,
    1e300,
  ]);
  expect(parseNumber("9007199254740993")).toBe(9007199254740993n);
  expect(parseNumber("-12")).toBe(-12);
  expect(parseNumber("1e3")).toBe(1000);
  expect(parseNumber("twelve")).toBeNaN();
});

test("text that is not JSON is refused whatever numbers it has", () => {
  for (const text of ["{", "09007199254740993", "[9007199254740993", "+9007199254740993"])
    expect(() => parseJson(text)).toThrow(SyntaxError);
});

test("a string is shown as it is and anything else as indented JSON", () => {
  expect(prettyJson("9007199254740993")).toBe("9007199254740993");
  expect(prettyJson({ id: 9007199254740993n })).toBe('{\n  "id": 9007199254740993\n}');
  expect(prettyJson(undefined)).toBe("");
});
