import { execFileSync } from "node:child_process";
import { wait } from "../target.mjs";

export const what = "is deactivated, or signs out, while their call is in progress";

export async function run(target) {
  const signIn = async (email, password) => {
    const { headers } = await target.send({
      method: "POST",
      path: "/api/v1/session",
      headers: { "content-type": "application/json", origin: target.url },
      body: { email, password },
    });
    return { cookie: headers["set-cookie"]?.[0].split(";")[0] };
  };
  const password = "a password of some length";
  const email = `leaver${Date.now()}@example.com`;
  const words = [
    "user",
    "create",
    "--email",
    email,
    "--name",
    "Leaver",
    "--password-stdin",
    "--json",
    "--data",
    target.data,
  ];
  const user = JSON.parse(execFileSync(target.binary, words, { input: `${password}\n`, encoding: "utf8" }));
  const slow = `/connectors/${target.connectors.lab}/operations/slow/run`;
  const leave = {
    "signed out": (session) => target.api("DELETE", "/session", undefined, session),
    deactivated: () => target.api("PATCH", `/admin/users/${user.id}`, { status: "deactivated" }, target.admin),
  };
  for (const [how, act] of Object.entries(leave)) {
    const session = await signIn(email, password);
    const underWay = target.api("POST", slow, { arguments: { ms: 700 } }, session);
    await wait(200);
    const acted = await act(session);
    target.check([200, 204].includes(acted.status), `${how}: ${acted.status} ${acted.text}`);
    const { status, text } = await underWay;
    target.check(!text.includes("waited"), `a user who was ${how} got the result of a call under way: ${status}`);
  }
}
