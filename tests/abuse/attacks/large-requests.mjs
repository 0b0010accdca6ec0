import { inParallel } from "../target.mjs";

export const what =
  "sends the largest requests that limits allow: thousands of headers, chunks of one byte, JSON of every shape";

const filled = (piece, bytes) => piece.repeat(Math.floor(bytes / piece.length));
const body = 4 * 1024 * 1024 - 1000;

function requests({ member, url }) {
  const bearer = { authorization: `Bearer ${member.token}` };
  const json = { "content-type": "application/json", origin: url };
  const mcp = (text) => ({ method: "POST", path: "/mcp", headers: { ...json, ...bearer }, body: text });
  const jsons = {
    numbers: `[${filled("1,", body)}1]`,
    digits: filled("9", body),
    fraction: `0.${filled("0", body)}1`,
    exponents: `[${filled("1e-400,", body)}1]`,
    escapes: `"${filled("\\u00e9", body)}"`,
    surrogates: `"${filled("\\ud83d\\ude00", body)}"`,
    arrays: `[${filled("[],", body)}[]]`,
    objects: `[${filled('{"a":{}},', body)}0]`,
    nested: filled(`${"[".repeat(60)}${"]".repeat(60)},`, body)
      .replace(/^/, "[")
      .replace(/,$/, "]"),
    "one name": `{${filled('"a":1,', body)}"a":1}`,
    names: `{${Array.from({ length: 250_000 }, (_, i) => `"n${i}":1`).join(",")}}`,
    spaces: filled(" ", body),
    batch: `[${filled('{"jsonrpc":"2.0","id":1,"method":"ping"},', 900_000)}0]`,
  };
  const raw = (...lines) => [lines.join("\r\n")];
  const head = [
    "POST /mcp HTTP/1.1",
    "Host: 127.0.0.1",
    "Connection: close",
    "Content-Type: application/json",
    `Authorization: Bearer ${member.token}`,
  ];
  const get = ["GET /api/v1/session HTTP/1.1", "Host: 127.0.0.1", "Connection: close"];
  return [
    ...Object.entries(jsons).map(([name, text]) => [name, (target) => target.send(mcp(text))]),
    ...["/api/v1/session", "/oauth/register"].flatMap((path) =>
      ["names", "nested", "escapes"].map((name) => [
        `${name} to ${path}`,
        (target) => target.send({ method: "POST", path, headers: json, body: jsons[name] }),
      ]),
    ),
    [
      "form fields",
      (target) =>
        target.send({
          method: "POST",
          path: "/oauth/token",
          headers: { "content-type": "application/x-www-form-urlencoded" },
          body: filled("a&", 16_000),
        }),
    ],
    ["short headers", (target) => target.raw(raw(...get, ...Array(3000).fill("a:"), "", ""))],
    ["cookies", (target) => target.raw(raw(...get, `Cookie: ${filled("a;", 15_000)}`, "", ""))],
    [
      "accepted types",
      (target) => target.raw(raw(...head, `Accept: ${filled("a/b;q=0,", 15_000)}`, "Content-Length: 2", "", "{}")),
    ],
    [
      "query",
      (target) =>
        target.raw(
          raw(
            `GET /api/v1/runs?${filled("a=b&", 15_000)} HTTP/1.1`,
            ...get.slice(1),
            `Cookie: ${member.cookie}`,
            "",
            "",
          ),
        ),
    ],
    ["path", (target) => target.raw(raw(`GET ${filled("/a%2e", 15_000)} HTTP/1.1`, ...get.slice(1), "", ""))],
    [
      "chunks of a byte",
      (target) =>
        target.raw([
          `${head.join("\r\n")}\r\nTransfer-Encoding: chunked\r\n\r\n`,
          filled("1\r\n \r\n", 3_000_000),
          "0\r\n\r\n",
        ]),
    ],
    [
      "chunk extensions",
      (target) =>
        target.raw([
          `${head.join("\r\n")}\r\nTransfer-Encoding: chunked\r\n\r\n`,
          filled(`1;${"a".repeat(1000)}\r\n \r\n`, 3_000_000),
          "0\r\n\r\n",
        ]),
    ],
    [
      "trailers",
      (target) =>
        target.raw([
          `${head.join("\r\n")}\r\nTransfer-Encoding: chunked\r\n\r\n`,
          "2\r\n{}\r\n0\r\n",
          filled("a: b\r\n", 3_000_000),
          "\r\n",
        ]),
    ],
  ];
}

export async function run(target, { duration }) {
  const all = requests(target);
  let worst = { time: 0 };
  const send = async (i, limit) => {
    const [name, work] = all[i % all.length];
    const began = performance.now();
    await work(target);
    const time = performance.now() - began;
    if (time > worst.time) worst = { time, name };
    target.check(time < limit, `${name} took ${time.toFixed(0)} ms`);
  };
  await inParallel(all.length, 1, Infinity, (i) => send(i, 4000));
  const more = await inParallel(10_000, 8, Date.now() + duration / 2, (i) => send(i, 15_000));
  target.note(`${all.length + more} requests, worst ${worst.time.toFixed(0)} ms (${worst.name})`);
}
