// nginx, Caddy and HAProxy in front of Wick, with the configurations that docs/deploy.md shows: only ports and paths are
// replaced. Each client has an address of its own in 127.0.0.0/8, and the proxies connect from 127.0.0.1.
import assert from "node:assert/strict";
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import https from "node:https";
import os from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { Wick, freePort, meta, notesId, password, until } from "../lib/wick.mjs";

const page = fs.readFileSync(fileURLToPath(new URL("../../docs/deploy.md", import.meta.url)), "utf8");
const block = (language) => page.match(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, "ms"))[1];
const host = "wick.example.com",
  maxBody = 4 * 1024 * 1024;
const folder = fs.mkdtempSync(path.join(os.tmpdir(), "wick-proxies-"));
fs.chmodSync(folder, 0o755);
const children = new Set();
process.on("exit", () => {
  for (const child of children) child.kill("SIGKILL");
  fs.rmSync(folder, { recursive: true, force: true });
});

let wick, token;
before(async () => {
  fs.writeFileSync(path.join(folder, "wick.toml"), block("toml").replace(/^listen.*$/m, ""));
  wick = await Wick.start({ args: ["--config", path.join(folder, "wick.toml")] });
  ({ token } = wick.token());
  const file = (name) => path.join(folder, name);
  execFileSync(
    "openssl",
    [
      "req",
      "-x509",
      "-newkey",
      "ec",
      "-pkeyopt",
      "ec_paramgen_curve:prime256v1",
      "-nodes",
      "-days",
      "2",
      "-subj",
      `/CN=${host}`,
      "-addext",
      `subjectAltName=DNS:${host}`,
      "-keyout",
      file("privkey.pem"),
      "-out",
      file("fullchain.pem"),
    ],
    { stdio: "ignore" },
  );
  fs.writeFileSync(
    file("haproxy.pem"),
    fs.readFileSync(file("fullchain.pem"), "utf8") + fs.readFileSync(file("privkey.pem"), "utf8"),
  );
});
after(() => wick.stop());

/** The page's configuration with this test's ports and files. */
function configuration(language, port) {
  return block(language)
    .replaceAll("127.0.0.1:8080", `127.0.0.1:${wick.port}`)
    .replaceAll("/etc/ssl/wick/", `${folder}/`)
    .replaceAll("listen 443", `listen 127.0.0.1:${port}`)
    .replaceAll("bind :443", `bind 127.0.0.1:${port}`);
}

// What stands around a block in a real installation, and how the program is started.
const proxies = {
  nginx(port) {
    const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
      .map((name) => `${name}_temp_path ${folder}/${name};`)
      .join("\n");
    const root = process.getuid() === 0 ? "user root;\n" : "";
    fs.writeFileSync(
      `${folder}/nginx.conf`,
      `${root}daemon off;\nmaster_process off;\npid ${folder}/nginx.pid;\nevents {}\nhttp {\naccess_log off;\n${temporary}\n${configuration("nginx", port)}}\n`,
    );
    return ["/usr/sbin/nginx", ["-p", folder, "-e", "stderr", "-c", `${folder}/nginx.conf`]];
  },
  Caddy(port) {
    const global = `{\n  admin off\n  auto_https disable_redirects\n  skip_install_trust\n  default_bind 127.0.0.1\n  https_port ${port}\n  storage file_system ${folder}/caddy\n}\n`;
    fs.writeFileSync(`${folder}/Caddyfile`, global + configuration("caddyfile", port));
    return ["caddy", ["run", "--adapter", "caddyfile", "--config", `${folder}/Caddyfile`]];
  },
  HAProxy(port) {
    fs.writeFileSync(`${folder}/haproxy.cfg`, configuration("haproxy", port));
    return ["/usr/sbin/haproxy", ["-db", "-f", `${folder}/haproxy.cfg`]];
  },
};

async function start(name) {
  const port = await freePort();
  const [command, args] = proxies[name](port);
  const child = spawn(command, args, {
    env: { ...process.env, HOME: folder, XDG_CONFIG_HOME: folder, XDG_DATA_HOME: folder },
  });
  children.add(child);
  let log = "";
  for (const output of [child.stdout, child.stderr]) output.on("data", (chunk) => (log += chunk));
  const gone = once(child, "exit").catch((error) => [error.message]);
  const up = until(
    async () => (await request({ port }, { path: "/healthz" }).catch(() => undefined))?.status === 200,
    20,
    `${name} did not start`,
  );
  await Promise.race([
    up,
    gone.then(([code]) => {
      throw new Error(`${name} ended with ${code}: ${log}`);
    }),
  ]).catch((error) => {
    throw new Error(`${error.message}\n${log}`);
  });
  return {
    port,
    stop: async () => {
      child.kill("SIGKILL");
      await gone;
      children.delete(child);
    },
  };
}

/** Opens a request as a client at `from`; the response is still to be read. */
async function open({ port }, { method = "GET", path: where, headers = {}, body, from = "127.0.0.2" }) {
  const sent = https.request({
    host: "127.0.0.1",
    port,
    localAddress: from,
    servername: host,
    ca: fs.readFileSync(`${folder}/fullchain.pem`),
    agent: false,
    method,
    path: where,
    headers: { host, ...headers },
  });
  sent.on("error", () => {}); // one that comes after the response
  sent.end(body);
  const [response] = await once(sent, "response");
  return response;
}
async function request(proxy, options) {
  const response = await open(proxy, options);
  let text = "";
  for await (const chunk of response) text += chunk;
  return {
    status: response.statusCode,
    headers: response.headers,
    text,
    body: text.startsWith("{") ? JSON.parse(text) : undefined,
  };
}
const rpc = (method, params, more = {}) => ({
  method: "POST",
  path: "/mcp",
  ...more,
  body: more.body ?? JSON.stringify({ jsonrpc: "2.0", id: 1, method, params: { ...params, _meta: meta } }),
  headers: {
    authorization: `Bearer ${token}`,
    "content-type": "application/json",
    accept: "application/json, text/event-stream",
    "mcp-protocol-version": "2026-07-28",
    "mcp-method": method,
    ...(params?.name ? { "mcp-name": params.name } : {}),
    ...more.headers,
  },
});
const signIn = (proxy, from, secret = password, email = "ann@example.com") =>
  request(proxy, {
    method: "POST",
    path: "/api/v1/session",
    from,
    body: JSON.stringify({ email, password: secret }),
    headers: { "content-type": "application/json", origin: `https://${host}` },
  });
/** The newest run as the web app shows it. */
async function lastRun(proxy) {
  const cookie = (await signIn(proxy, "127.0.0.9")).headers["set-cookie"][0].split(";")[0];
  const { items } = (await request(proxy, { path: "/api/v1/runs", headers: { cookie } })).body;
  return (await request(proxy, { path: `/api/v1/runs/${items[0].id}`, headers: { cookie } })).body;
}
async function nextEvent(chunks, pattern) {
  let text = "";
  while (!pattern.test(text)) {
    const { value, done } = await chunks.next();
    assert.equal(done, false, `the stream ended after ${text}`);
    text += value;
  }
}

for (const [number, name] of Object.keys(proxies).entries()) {
  const program = { nginx: "/usr/sbin/nginx", Caddy: "caddy", HAProxy: "/usr/sbin/haproxy" }[name];
  const skip = spawnSync(program, ["-v"]).error ? `${name} is not installed` : false;

  test(
    `${name} in front, as docs/deploy.md has it: calls, streams, addresses and bodies are as without it`,
    { skip },
    async (t) => {
      const proxy = await start(name);
      t.after(() => proxy.stop());

      await t.test("a call works, and the audit has the address of the client", async () => {
        const answer = await request(
          proxy,
          rpc("tools/call", { name: "notes__list", arguments: {} }, { from: "127.0.0.7" }),
        );
        assert.equal(answer.status, 200, answer.text);
        assert.ok(answer.body.result);
        assert.equal((await lastRun(proxy)).ip, "127.0.0.7");
      });

      await t.test("what a client says about its address is not believed", async () => {
        for (const headers of [
          { "x-forwarded-for": "6.6.6.6" },
          { "x-forwarded-for": "6.6.6.6, 127.0.0.1" },
          { forwarded: "for=6.6.6.6" },
          { "x-forwarded-for": "6.6.6.6", forwarded: 'for=6.6.6.6, for="' },
          { "x-real-ip": "6.6.6.6" },
        ]) {
          assert.equal(
            (
              await request(
                proxy,
                rpc("tools/call", { name: "notes__list", arguments: {} }, { from: "127.0.0.8", headers }),
              )
            ).status,
            200,
          );
          assert.equal((await lastRun(proxy)).ip, "127.0.0.8", JSON.stringify(headers));
        }
      });

      await t.test("events of a stream arrive while it is open", async () => {
        const response = await open(proxy, rpc("subscriptions/listen", { notifications: { toolsListChanged: true } }));
        assert.equal(response.statusCode, 200);
        response.on("error", () => {}).setEncoding("utf8");
        const chunks = response[Symbol.asyncIterator]();
        await nextEvent(chunks, /acknowledged|subscriptionId/);
        const cookie = (await signIn(proxy, "127.0.0.9")).headers["set-cookie"][0].split(";")[0];
        const changed = await request(proxy, {
          method: "PATCH",
          path: `/api/v1/admin/connectors/${notesId}/operations/delete`,
          body: JSON.stringify({ enabled: number % 2 === 0 }),
          headers: { cookie, "content-type": "application/json", origin: `https://${host}` },
        });
        assert.equal(changed.status, 200, changed.text);
        await nextEvent(chunks, /list_changed/);
        response.destroy();
      });

      await t.test("wrong passwords of one client lock out no other", async () => {
        const email = `${name.toLowerCase()}@example.com`;
        wick.createUser(email, name);
        const statuses = [];
        for (let i = 0; i < 6; ++i) statuses.push((await signIn(proxy, "127.0.0.20", "wrong", email)).status);
        assert.deepEqual(statuses, [401, 401, 401, 401, 401, 429]);
        assert.equal((await signIn(proxy, "127.0.0.20", password, email)).status, 429);
        assert.equal((await signIn(proxy, "127.0.0.21", password, email)).status, 201);
      });

      await t.test("a body as large as Wick accepts passes, and a larger one does not", async () => {
        const body = (bytes) => {
          const empty = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/list", params: { _meta: meta, x: "" } });
          return empty.replace('"x":""', `"x":"${"x".repeat(bytes - empty.length)}"`);
        };
        const whole = await request(proxy, rpc("tools/list", {}, { body: body(maxBody) }));
        assert.ok(whole.status === 200 && whole.body.result.tools.length > 0, whole.text.slice(0, 300));
        const more = await request(proxy, rpc("tools/list", {}, { body: body(maxBody + 1) })).catch((error) => ({
          status: error.code,
        }));
        // Caddy says 502 when it meets the limit after it has begun to pass the body on.
        assert.ok([413, 502, "EPIPE", "ECONNRESET"].includes(more.status), String(more.status));
      });
    },
  );
}
