import http from "node:http";
import { inParallel, mcpRequest, wait } from "../target.mjs";

export const what = "opens listen streams without end, with many tokens, while an admin's change wakes all of them";

export async function run(target, { duration, end }) {
  const tokens = [target.member.token];
  for (let i = 0; i < 30; ++i) {
    const made = await target.api("POST", "/tokens", { name: `stream ${i}` });
    const text = /wick_pat_[0-9a-f]+/.exec(made.text)?.[0];
    if (text) tokens.push(text);
  }
  const open = new Set();
  let refused = 0;
  const openOne = (i) =>
    new Promise((resolve) => {
      const { headers, body, ...where } = mcpRequest(tokens[i % tokens.length], "subscriptions/listen", {
        notifications: { toolsListChanged: true },
      });
      const text = JSON.stringify(body);
      const request = http.request(
        {
          host: target.host,
          port: target.port,
          agent: false,
          ...where,
          headers: { ...headers, "content-length": Buffer.byteLength(text) },
        },
        (response) => {
          if (response.headers["content-type"] === "text/event-stream") open.add(request);
          else ++refused;
          response.on("error", () => {});
          response.resume();
          resolve();
        },
      );
      request.on("error", () => (++refused, resolve()));
      request.end(text);
    });
  await inParallel(800, 20, end, openOne);
  target.note(`${open.size} streams, ${refused} refused`);
  for (let i = 0; i < 20 && Date.now() < end + duration / 2; ++i) {
    await target.api("PATCH", "/me", { name: `Mallory ${i}` });
    await target.api(
      "PATCH",
      `/admin/connectors/${target.connectors.lab}`,
      { description: `changed ${i}` },
      target.admin,
    );
    await wait(20);
  }
  for (const request of open) request.destroy();
}
