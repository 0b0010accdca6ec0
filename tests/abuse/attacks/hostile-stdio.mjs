import { wait } from "../target.mjs";

export const what = "calls a child process that answers with lines of 6 MB, dies, and speaks to others on stderr";

export async function run(target, { end }) {
  const victims = { token: target.victim.token };
  const asVictim = {
    headers: {
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
      "mcp-protocol-version": "2026-07-28",
      "mcp-method": "tools/call",
      authorization: `Bearer ${victims.token}`,
    },
  };
  const victimCall = (name, args) =>
    target.callText(name, args, { headers: { ...asVictim.headers, "mcp-name": name } });
  const environment = await target.callText("child__environ");
  target.check(
    !environment.includes(target.secretKey),
    "a child process reads the sealing key from the environment of Wick",
  );
  for (let round = 0; round === 0 || Date.now() < end; ++round) {
    const late = victimCall("child__late", { milliseconds: 600 });
    await wait(100);
    await Promise.all([target.call("child__oversized"), target.call("child__oversized", { bytes: 20 << 20 })]);
    const answer = await late;
    target.check(
      answer === "late but whole",
      `another user's call failed when an answer was too large: ${answer.slice(0, 200)}`,
    );
    const next = await victimCall("child__go");
    target.check(next === "gone", `another user's next call failed: ${next.slice(0, 200)}`);
  }
  const secret = "THE-WORDS-OF-ANOTHER-USER";
  await target.call("child__complain", { words: secret });
  await target.call("child__die", { words: secret });
  for (let i = 0; i < 3; ++i)
    target.check(
      !(await victimCall("child__late", { milliseconds: 1 })).includes(secret),
      "what a child writes to stderr reaches another user",
    );
  const told = await target.api("GET", "/connectors", undefined, target.victim);
  target.check(!told.text.includes(secret), "what a child writes to stderr is shown to members");
}
