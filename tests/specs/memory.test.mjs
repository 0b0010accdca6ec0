// Memory that a burst of connections needs is returned to the operating system.
import assert from "node:assert/strict";
import { once } from "node:events";
import fs from "node:fs";
import net from "node:net";
import test from "node:test";
import { setTimeout as delay } from "node:timers/promises";

import { Wick } from "../lib/wick.mjs";

const connections = 800; // below the usual soft limit of 1,024 open files
const residentKilobytes = (wick) =>
  Number(/VmRSS:\s+(\d+)/.exec(fs.readFileSync(`/proc/${wick.process.pid}/status`, "utf8"))[1]);

async function sendHeldBody(wick) {
  const socket = net.connect(wick.port, "127.0.0.1");
  socket.on("error", () => {});
  await once(socket, "connect");
  const bytes = 100_000;
  socket.write(
    `POST /mcp HTTP/1.1\r\nHost: 127.0.0.1:${wick.port}\r\nAuthorization: Bearer ${wick.secret}\r\nContent-Length: ${bytes}\r\n\r\n`,
  );
  await new Promise((resolve) => socket.write("x".repeat(bytes - 1), resolve));
  return socket;
}

test("memory goes back to the system when the connections that needed it have closed", async (t) => {
  const wick = await Wick.start();
  t.after(() => wick.stop());
  wick.secret = wick.token().token;
  const quiet = residentKilobytes(wick);
  const sockets = await Promise.all(Array.from({ length: connections }, () => sendHeldBody(wick)));
  const needed = (connections * 100) / 2; // kB, half of what was sent: the rest may still be in socket buffers
  while (residentKilobytes(wick) - quiet < needed) await delay(20);
  const peak = residentKilobytes(wick);
  for (const socket of sockets) socket.destroy();
  const deadline = Date.now() + 60_000;
  while (residentKilobytes(wick) - quiet > (peak - quiet) / 4) {
    assert.ok(
      Date.now() < deadline,
      `${residentKilobytes(wick)} kB of ${peak} kB are still resident; ${quiet} kB before`,
    );
    await delay(100);
  }
});
