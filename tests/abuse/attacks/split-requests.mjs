import { inParallel, wait } from "../target.mjs";

export const what = "sends valid and invalid requests in two segments, split at each byte, and one byte at a time";

const head = (...lines) => `${lines.join("\r\n")}\r\n\r\n`;

function requests({ member }) {
  const ping = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "ping" });
  const chunks = `${ping.length.toString(16)};note="a\\"b"\r\n${ping}\r\n0\r\n`;
  const bearer = `Authorization: Bearer ${member.token}`;
  const post = [
    "POST /mcp HTTP/1.1",
    "Host: 127.0.0.1",
    "Connection: close",
    "Content-Type: application/json",
    "Accept: application/json, text/event-stream",
  ];
  const get = ["GET /healthz HTTP/1.1", "Host: 127.0.0.1", "Connection: close"];
  return [
    { name: "a short GET", bytes: head(...get), status: 200 },
    {
      name: "a body with its length",
      bytes: head(...post, bearer, `Content-Length: ${ping.length}`) + ping,
      status: 200,
    },
    {
      name: "a chunked body",
      bytes: head(...post, bearer, "Transfer-Encoding: chunked") + chunks + "\r\n",
      status: 200,
    },
    {
      name: "a chunked body with trailers",
      bytes:
        head(...post, bearer, "Transfer-Encoding: chunked") + chunks + "User-Agent: a trailer\r\nX-Other: 1\r\n\r\n",
      status: 200,
    },
    {
      name: "a credential in a trailer",
      bytes: head(...post, "Transfer-Encoding: chunked") + chunks + `${bearer}\r\n\r\n`,
      status: 401,
    },
    {
      name: "an empty chunked body",
      bytes: head("POST / HTTP/1.1", "Host: x", "Connection: close", "Transfer-Encoding: chunked") + "0\r\n\r\n",
      status: [403, 404, 405, 421],
    },
    {
      name: "an unknown coding",
      bytes: head(...post, bearer, "Transfer-Encoding: gzip, chunked") + chunks + "\r\n",
      status: 501,
    },
    {
      name: "two lengths",
      bytes: head(...post, bearer, "Content-Length: 5", "Transfer-Encoding: chunked") + "0\r\n\r\n",
      status: 400,
    },
    { name: "a bare line feed", bytes: "GET /healthz HTTP/1.1\nHost: x\n\n", status: 400 },
    { name: "a header of 5,000 bytes", bytes: head(...get, `Cookie: ${"a".repeat(5000)}`), status: 200, step: 97 },
    { name: "a header of 15,000 bytes", bytes: head(...get, `Cookie: ${"a".repeat(15_000)}`), status: 200, step: 301 },
    { name: "a header of 17,000 bytes", bytes: head(...get, `Cookie: ${"a".repeat(17_000)}`), status: 431, step: 301 },
  ];
}

export async function run(target, { duration, end }) {
  const plan = [];
  const all = requests(target);
  for (const request of all) {
    plan.push({ request, segments: [request.bytes], where: "in one piece" });
    for (let at = 1; at < request.bytes.length; at += request.step ?? 1)
      plan.push({
        request,
        segments: [request.bytes.slice(0, at), request.bytes.slice(at)],
        where: `split at byte ${at}`,
      });
    if (request.bytes.length < 1000)
      plan.push({ request, segments: [...request.bytes], where: "byte by byte", pause: 0 });
  }
  const wrong = new Map();
  // All splits once, however long that takes; then again while there is time.
  for (let round = 0; round === 0 || (duration > 5000 && Date.now() < end); ++round) {
    await inParallel(plan.length, 48, Infinity, async (i) => {
      const { request, segments, where, pause = 3 } = plan[i];
      const text = await target.raw(segments, { pause });
      const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(text)?.[1] ?? 0);
      if ([request.status].flat().includes(status)) return;
      const known = wrong.get(request.name) ?? { count: 0, example: `${where}: ${status || "no answer"}` };
      wrong.set(request.name, { ...known, count: known.count + 1 });
      if (status === 0) await wait(20);
    });
  }
  for (const [name, { count, example }] of wrong)
    target.check(
      false,
      `${name} got another answer in ${count} of its forms, first ${example}, expected ${all.find((one) => one.name === name).status}`,
    );
  target.note(`${plan.length} forms`);
}
