import { inParallel, mcpRequest, randomNumbers } from "../target.mjs";

export const what = "asks with made-up tokens, cookies, codes and registrations from 20 addresses";

export async function run(target, { duration, end }) {
  const random = randomNumbers(11);
  const hex = (count) => Array.from({ length: count }, () => Math.floor(random() * 16).toString(16)).join("");
  const form = { "content-type": "application/x-www-form-urlencoded" };
  const requests = [
    () => mcpRequest(`wick_pat_${hex(32)}`, "tools/list"),
    () => ({ path: "/api/v1/session", headers: { cookie: `wick_session=${hex(64)}` } }),
    () => ({
      method: "POST",
      path: "/oauth/token",
      headers: form,
      body: `grant_type=refresh_token&refresh_token=wick_ort_${hex(64)}&client_id=x`,
    }),
    () => ({
      method: "POST",
      path: "/oauth/register",
      headers: { "content-type": "application/json" },
      body: { client_name: `app ${hex(8)}`, redirect_uris: [`http://127.0.0.1:1/${hex(8)}`] },
    }),
    () => ({ path: `/api/v1/invites/${hex(64)}` }),
    () => ({ path: `/oauth/authorize?client_id=${hex(32)}&response_type=code` }),
    () => ({ path: `/api/v1/${hex(300)}` }),
  ];
  const tally = {};
  await inParallel(duration * 20, 32, end, async (i) => {
    const { status } = await target.send({ ...requests[i % requests.length](), from: `127.0.2.${1 + (i % 20)}` });
    tally[status] = (tally[status] ?? 0) + 1;
  });
  target.note(`answers ${JSON.stringify(tally)}`);
  target.check(!tally[500], `${tally[500]} answers were 500`);
}
