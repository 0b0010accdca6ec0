// One member can fill the disk, and revocation must still work.
import fs from "node:fs";
import { inParallel, mcpRequest, parsed } from "../target.mjs";

export const what =
  "fills the disk with calls, and another program fills the rest, while an admin revokes a token and signs in";
export const server = { disk: "48m" };
export const kinds = ["discover", "list", "session", "connect"]; // a call that cannot be recorded is not carried out

const wasDone = (response) =>
  response.status === 200 && parsed(response)?.result?.isError === undefined && parsed(response)?.result !== undefined;

/** Takes the last byte of the disk. */
function fillRest(folder) {
  const file = fs.openSync(`${folder}/filler`, "w");
  let size = 1 << 20;
  for (let i = 0; i < 200 && size > 0; ++i) {
    try {
      if (fs.writeSync(file, Buffer.alloc(size)) < size) size >>= 1;
    } catch {
      size >>= 1;
    }
  }
  fs.closeSync(file);
}

export async function run(target, { duration }) {
  const body = "x".repeat(30_000);
  let refused = 0;
  let answer = "";
  const made = await inParallel(6000, 8, Date.now() + Math.max(15_000, duration), async (i) => {
    const response = await target.call("notes__create", { title: `n${i}`, body }, { timeout: 20_000 });
    if (wasDone(response)) return true;
    answer = response.error ?? `${response.status} ${response.text.slice(0, 150)}`;
    return ++refused < 30;
  });
  target.note(`${made} calls, ${refused} refused, last: ${answer}`);
  if (!target.check(refused > 0, "the disk did not become full")) return;
  fillRest(target.data);
  const { status: readiness } = await target.send({ path: "/readyz" });
  target.check(readiness === 503, `/readyz says ${readiness} on a full disk`);
  const headers = { "content-type": "application/json", origin: target.url };
  const { email, password } = target.admin;
  const signedIn = await target.send({ method: "POST", path: "/api/v1/session", headers, body: { email, password } });
  target.check(
    signedIn.status === 201,
    `an admin cannot sign in on a full disk: ${signedIn.status} ${signedIn.error ?? signedIn.text}`,
  );
  const admin = { cookie: signedIn.headers["set-cookie"]?.[0].split(";")[0] ?? target.admin.cookie };
  for (const who of [admin, target.admin]) {
    const listed = await target.api("GET", `/admin/tokens?owner=${target.member.id}`, undefined, who);
    target.check(
      listed.status === 200,
      `tokens cannot be listed on a full disk: ${listed.status} ${listed.error ?? listed.text}`,
    );
  }
  const revoked = await target.api("DELETE", `/admin/tokens/${target.member.tokenId}`, undefined, admin);
  target.check(
    [200, 204].includes(revoked.status),
    `a token cannot be revoked on a full disk: ${revoked.status} ${revoked.error ?? revoked.text}`,
  );
  const used = await target.send(mcpRequest(target.member.token, "tools/list"));
  target.check(used.status === 401, `the token that was revoked on a full disk is accepted: ${used.status}`);
}
