import { inParallel, wait } from "../target.mjs";

export const what = "keeps bodies of 4 MiB open without their last bytes, and headers that come byte by byte";

const size = 4 * 1024 * 1024;

export async function run(target, { duration, end }) {
  const sockets = [];
  const heads = {
    stranger: "POST /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n",
    pretender: `POST /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer wick_pat_${"0".repeat(32)}\r\nContent-Type: application/json\r\n`,
    member: `POST /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${target.member.token}\r\nContent-Type: application/json\r\n`,
    signIn: "POST /api/v1/session HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n",
    register: "POST /oauth/register HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n",
  };
  const body = Buffer.alloc(size - 1, " ");
  const kinds = Object.keys(heads);
  await inParallel(150, 30, end, async (i) => {
    const socket = await target.connect();
    if (!socket) return;
    sockets.push(socket);
    socket.write(`${heads[kinds[i % kinds.length]]}Content-Length: ${size}\r\n\r\n`);
    await Promise.race([
      new Promise((resolve) => socket.write(body, resolve)),
      new Promise((resolve) => socket.once("close", resolve)),
      wait(3000),
    ]);
  });
  target.note(`${sockets.length} bodies`);
  const dripping = (await Promise.all(Array.from({ length: 100 }, () => target.connect()))).filter(Boolean);
  for (let i = 0; Date.now() < end; ++i) {
    for (const socket of dripping)
      if (!socket.destroyed)
        socket.write(
          "GET / HTTP/1.1\r\nHost: x\r\nX-Slow: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"[i] ?? "a",
        );
    await wait(Math.min(50, duration / 20));
  }
  for (const socket of [...sockets, ...dripping]) socket.destroy();
}
