import { expect, test } from "vitest";
import { redirectHosts } from "./redirectHosts";

test("web addresses are named by their host, each once", () => {
  expect(
    redirectHosts(["https://app.example/a", "https://app.example/b", "http://127.0.0.1:1/"]),
  ).toEqual(["app.example", "127.0.0.1"]);
});

test("addresses that open a program keep their scheme", () => {
  expect(redirectHosts(["cursor://anysphere.cursor-mcp/oauth"])).toEqual([
    "cursor://anysphere.cursor-mcp",
  ]);
});

test("a text that is no address is shown as it is", () => {
  expect(redirectHosts(["nothing"])).toEqual(["nothing"]);
});
