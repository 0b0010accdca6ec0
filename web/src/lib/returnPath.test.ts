import { expect, test } from "vitest";
import { safeReturnPath, signInPath } from "./returnPath";

test("a path of this site is where sign-in leads", () => {
  expect(safeReturnPath("/profile/tokens?page=2#top")).toBe("/profile/tokens?page=2#top");
});

test.each([
  null,
  "",
  "https://evil.example/",
  "//evil.example/",
  "/\\evil.example/",
  "/\t/evil.example/",
  "/\n/evil.example/",
  "javascript:alert(1)",
  "profile",
])("%j leads to the first page", (candidate) => {
  expect(safeReturnPath(candidate)).toBe("/");
});

test("the address of the sign-in page carries the path encoded", () => {
  expect(signInPath("/")).toBe("/sign-in");
  expect(signInPath("/a?b=c&d")).toBe("/sign-in?next=%2Fa%3Fb%3Dc%26d");
});
