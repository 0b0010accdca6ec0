import http from "node:http";
import { inParallel, wait } from "../target.mjs";

export const what =
  "holds 300 idle connections at `ulimit -n 256`, while a member changes things and strangers ask the database";
export const server = { through: ["prlimit", "--nofile=256:256"] };

const keepAlive = (maxSockets) => new http.Agent({ keepAlive: true, maxSockets });

export async function run(target, { duration, end }) {
  // These have their connections before the idle ones come: each request of a stranger is one read of the database.
  const change = (i) =>
    target.api("PATCH", "/me", { name: `Mallory ${i}` }, target.member, { agent: members, timeout: 5000 });
  const admin = (method, route, more) =>
    target.api(method, route, undefined, target.admin, { from: "127.0.0.3", timeout: 5000, ...more });
  const members = keepAlive(1);
  const admins = keepAlive(1);
  const strangers = keepAlive(12);
  await Promise.all([change(0), admin("GET", "/session", { agent: admins })]);
  const asking = inParallel(duration * 10, 12, end + 500, () =>
    target.send({
      path: "/api/v1/session",
      headers: { cookie: `wick_session=${"a".repeat(64)}` },
      agent: strangers,
      timeout: 2000,
    }),
  );
  await wait(100);
  const idle = (
    await Promise.all(Array.from({ length: 300 }, () => Promise.race([target.connect(), wait(500)])))
  ).filter(Boolean);
  const tally = {};
  await inParallel(200, 1, end, async (i) => {
    const { status, error, text } = await change(i + 1);
    tally[status || error] = (tally[status || error] ?? 0) + 1;
    target.check(!text.includes("open database"), `a change of a member found no file for its database: ${text}`);
  });
  target.note(`${idle.length} idle, changes ${JSON.stringify(tally)}`);
  target.check(tally[200] > 0, `no change of a member was made: ${JSON.stringify(tally)}`);
  const read = await admin("GET", "/admin/users", { agent: undefined });
  target.check(
    read.status === 200,
    `an admin on a new connection cannot read: ${read.status} ${read.error ?? read.text}`,
  );
  const revoked = await admin("DELETE", `/admin/tokens/${target.member.tokenId}`, { agent: admins });
  target.check(
    [200, 204].includes(revoked.status),
    `a token could not be revoked: ${revoked.status} ${revoked.error ?? revoked.text}`,
  );
  await asking;
  for (const socket of idle) socket.destroy();
}
