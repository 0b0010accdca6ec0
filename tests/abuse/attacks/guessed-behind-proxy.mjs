// All clients come through one proxy, which sends their addresses.
import { inParallel } from "../target.mjs";

export const what = "signs in with wrong passwords through the trusted proxy, and lies about its address without one";
export const server = { args: ["--set", "server.trusted_proxies=127.0.0.1/32"] };

export async function run(target, { duration, end }) {
  const signIn = (email, password, forwarded, from = "127.0.0.1") =>
    target.send({
      method: "POST",
      path: "/api/v1/session",
      agent: undefined,
      from,
      body: { email, password },
      headers: { "content-type": "application/json", origin: target.url, "x-forwarded-for": forwarded },
    });
  await inParallel(duration, 16, end, (i) =>
    signIn(i % 2 ? target.victim.email : `nobody${i}@example.com`, "not the password at all", `198.51.100.${i % 8}`),
  );
  const own = await signIn(target.victim.email, target.victim.password, "203.0.113.7");
  target.check(
    own.status === 201,
    `the right password of another client of the same proxy was answered ${own.status} ${own.error ?? own.text}`,
  );
  // What says another address on each request, and is no trusted proxy, is one address.
  const tally = {};
  for (let i = 0; i < 90; ++i) {
    const { status } = await signIn(`nobody${i}@example.com`, "not the password at all", `192.0.2.${i}`, "127.0.0.9");
    tally[status] = (tally[status] ?? 0) + 1;
  }
  target.check(
    tally[429] > 0,
    `90 guesses of an address that lies about itself were all let through: ${JSON.stringify(tally)}`,
  );
}
