// Checks of responses for the specs of sign-in by OpenID Connect.
import assert from "node:assert/strict";
import { until } from "./wick.mjs";

export const me = async (session) => (await session.get("/session")).body.user;
export const users = async (admin) => (await admin.get("/admin/users?page_size=200")).body.items;
export const find = async (admin, email) => (await users(admin)).find((user) => user.email === email);

export function refused(answer, error = "oidc_failed") {
  assert.equal(answer.status, 303, answer.text);
  assert.equal(new URL(answer.location, "http://wick").pathname, "/sign-in", answer.location);
  assert.equal(answer.error, error);
  assert.ok(answer.location.startsWith("/"), "stays here");
  assert.ok(!answer.setCookies.some((line) => line.startsWith("wick_session=")), "no session");
  assert.equal(answer.session, undefined);
}

// A provider with a failure may be reported as "failed" or "unavailable".
export const refusedSomehow = (answer) =>
  refused(answer, answer.error === "oidc_unavailable" ? "oidc_unavailable" : "oidc_failed");

export function signedIn(answer, location = "/") {
  assert.deepEqual([answer.status, answer.location], [303, location], answer.text);
  assert.ok(answer.session, "a session");
  assert.ok(!answer.jar.has("wick_oidc"), "what was kept for the sign-in is gone");
}

// The warnings that Wick logs while `act` runs.
export async function warningOf(wick, act, says) {
  const start = wick.errors.length;
  const value = await act();
  const lines = () =>
    wick.errors
      .slice(start)
      .split("\n")
      .filter((line) => /\bwarn/.test(line));
  await until(
    () => lines().some((line) => says.test(line)),
    5,
    `no warning that says ${says}, but: ${wick.errors.slice(start)}`,
  );
  return value;
}
