import { wait } from "../target.mjs";

export const what = "pipelines thousands of requests and reads none of the responses";

export async function run(target, { end }) {
  const list = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/list" });
  const requests = [
    "GET /api/v1/openapi.json HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    `POST /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${target.member.token}\r\nContent-Type: application/json\r\nContent-Length: ${list.length}\r\n\r\n${list}`,
    `GET /api/v1/connectors HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: ${target.member.cookie}\r\n\r\n`,
  ];
  const sockets = (await Promise.all(Array.from({ length: 120 }, () => target.connect()))).filter(Boolean);
  for (const [i, socket] of sockets.entries()) {
    socket.pause();
    socket.write(requests[i % requests.length].repeat(500));
  }
  await wait(Math.max(0, end - Date.now()));
  for (const socket of sockets) socket.destroy();
  target.note(`${sockets.length} connections`);
}
