// Mutations of requests; the differential test of HTTP reading says which are right. Here: nothing breaks by them.
import { inParallel, randomNumbers } from "../target.mjs";

export const what = "sends requests with random bytes changed, left out and repeated, in random segments";

export async function run(target, { duration, end }) {
  const seed = Math.floor(Math.random() * 2 ** 31);
  const random = randomNumbers(seed);
  const below = (count) => Math.floor(random() * count);
  const { token } = target.member;
  const models = [
    "GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: */*\r\n\r\n",
    `POST /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${token}\r\nContent-Type: application/json\r\nContent-Length: 40\r\n\r\n{"jsonrpc":"2.0","id":1,"method":"ping"}`,
    `POST /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${token}\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b\r\n{"a":\r\n2\r\n1}\r\n0\r\nX: y\r\n\r\n`,
    "POST /oauth/token HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 29\r\n\r\ngrant_type=authorization_code",
  ];
  const pieces = [
    "\r\n",
    "\n",
    "\r",
    "\0",
    " ",
    ":",
    "0\r\n\r\n",
    "Transfer-Encoding: chunked\r\n",
    "Content-Length: 0\r\n",
    "Content-Length: 18446744073709551616\r\n",
    "fffffffffffffffff\r\n",
    "%00",
    "/../",
    "\xff",
    "HTTP/1.1 ",
  ];
  const mutate = () => {
    let bytes = models[below(models.length)];
    for (let i = below(4); i >= 0; --i) {
      const at = below(bytes.length);
      const how = below(4);
      if (how === 0) bytes = bytes.slice(0, at) + String.fromCharCode(below(256)) + bytes.slice(at + 1);
      else if (how === 1) bytes = bytes.slice(0, at) + bytes.slice(at + 1 + below(8));
      else if (how === 2) bytes = bytes.slice(0, at) + pieces[below(pieces.length)] + bytes.slice(at);
      else bytes += bytes.slice(at);
    }
    const at = below(bytes.length + 1);
    return [bytes.slice(0, at), bytes.slice(at)].filter(Boolean).map((one) => Buffer.from(one, "latin1"));
  };
  let broken;
  const sent = await inParallel(duration, 40, end, async () => {
    const segments = mutate();
    if (segments.length === 0) return;
    const text = await target.raw(segments, { timeout: 150 });
    const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(text)?.[1] ?? 0);
    if (status === 500) broken ??= Buffer.concat(segments).toString("base64");
  });
  target.check(!broken, `a request was answered 500 (seed ${seed}), in base64: ${broken}`);
  target.note(`${sent} requests`);
}
