import { expect, test } from "vitest";
import { configValues, parseConfig, shownFields } from "./configForm";

const fields = [
  { key: "base_url", type: "text" },
  { key: "secret", type: "secret", auths: ["bearer"] },
  { key: "timeout", type: "number", default: 30 },
  { key: "follow", type: "boolean" },
  { key: "servers", type: "list" },
] as unknown as Parameters<typeof configValues>[0];

test("a stored secret is kept without ever standing in the form", () => {
  const values = configValues(fields, { secret: { set: true }, auth: "bearer" });
  expect(values.texts.secret).toBe("");
  expect(values.kept.secret).toBe(true);
  expect(
    parseConfig(fields, { ...values, texts: { ...values.texts, auth: "bearer" } }, true),
  ).not.toHaveProperty("secret");
});

test("fields of another way to authenticate are neither shown nor sent", () => {
  const values = configValues(fields, null);
  values.texts.auth = "none";
  values.texts.secret = "typed before";
  expect(shownFields(fields, values).map(({ key }) => key)).not.toContain("secret");
  expect(parseConfig(fields, values, false)).not.toHaveProperty("secret");
});

test("defaults stand in a new form, and lists have an entry a line", () => {
  const values = configValues(fields, { servers: ["a", "b"] });
  expect(values.texts).toMatchObject({ timeout: "30", servers: "a\nb" });
  values.texts.servers = " a \n\n b";
  expect(parseConfig(fields, values, false)).toMatchObject({
    timeout: 30,
    servers: ["a", "b"],
    follow: false,
  });
});

test("an emptied text is left out of a new connector and sent to an existing one", () => {
  const values = configValues(fields, { base_url: "https://a.example" });
  values.texts.base_url = "";
  expect(parseConfig(fields, values, false)).not.toHaveProperty("base_url");
  expect(parseConfig(fields, values, true)).toMatchObject({ base_url: "" });
});
