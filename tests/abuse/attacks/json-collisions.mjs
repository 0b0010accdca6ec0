// Boost.JSON hashes a member's name by FNV-1a from a salt that is the address of the table. A large
// table is mapped memory, so that the low twelve bits of its address are known: names can be made that agree in them, and a
// multiple of 4,096 of such names, which is the number of buckets too, falls into few buckets.
import { randomNumbers } from "../target.mjs";

export const what = "sends JSON objects whose names collide in the parser's hash table";

const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const next = (state, letter) => ((state ^ letter) * 0x1b3) & 0xfff;
const start = (0x325 + 0x010) & 0xfff;

/** `count` different names of eight letters whose hashes agree in their low twelve bits. */
export function collidingNames(count) {
  const endings = new Map(); // state after six letters: two more that lead to the same end
  for (let state = 0; state < 4096; ++state) {
    search: for (const a of letters)
      for (const b of letters) {
        if (next(next(state, a.charCodeAt(0)), b.charCodeAt(0)) !== 0x5a5) continue;
        endings.set(state, a + b);
        break search;
      }
  }
  const names = [];
  for (let i = 0; names.length < count; ++i) {
    let state = start;
    let name = "";
    for (let rest = i, k = 0; k < 6; ++k, rest = Math.floor(rest / 64)) {
      name += letters[rest % 64];
      state = next(state, name.charCodeAt(k));
    }
    if (endings.has(state)) names.push(name + endings.get(state));
  }
  return names;
}

const objectOf = (names) => `{${names.map((name) => `"${name}":0`).join(",")}}`;

export async function run(target, { end }) {
  const random = randomNumbers(7);
  const names = collidingNames(65_536);
  const colliding = objectOf(names);
  const ordinary = objectOf(
    names.map(() => Array.from({ length: 8 }, () => letters[Math.floor(random() * 64)]).join("")),
  );
  const json = { "content-type": "application/json", origin: target.url };
  const routes = {
    "sign-in": (body) => target.send({ method: "POST", path: "/api/v1/session", headers: json, body, timeout: 30_000 }),
    registration: (body) =>
      target.send({ method: "POST", path: "/oauth/register", headers: json, body, timeout: 30_000 }),
    mcp: (body) =>
      target.send({
        method: "POST",
        path: "/mcp",
        headers: { ...json, authorization: `Bearer ${target.member.token}` },
        body,
        timeout: 30_000,
      }),
    arguments: (body) =>
      target.send({
        method: "POST",
        path: "/mcp",
        headers: { ...json, authorization: `Bearer ${target.member.token}` },
        body: `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"notes__list","arguments":${body}}}`,
        timeout: 30_000,
      }),
  };
  const timeOf = async (work) => {
    const began = performance.now();
    await work();
    return performance.now() - began;
  };
  for (let round = 0; round === 0 || Date.now() < end; ++round) {
    for (const [name, route] of Object.entries(routes)) {
      const usual = await timeOf(() => route(ordinary));
      const slow = await timeOf(() => route(colliding));
      if (round === 0) target.note(`${name} ${usual.toFixed(0)} → ${slow.toFixed(0)} ms`);
      target.check(
        slow < 1000 + 10 * usual,
        `${name}: colliding names took ${slow.toFixed(0)} ms, others ${usual.toFixed(0)} ms`,
      );
    }
  }
}
