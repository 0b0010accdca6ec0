// `wick login` and the commands that use its connection: from this computer to a server somewhere, as a person.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import http from "node:http";
import os from "node:os";
import path from "node:path";
import readline from "node:readline";
import { after, before, describe, test } from "node:test";
import { Wick, binary, callTool, remember } from "../lib/wick.mjs";

let wick, admin;
before(async () => {
  wick = await Wick.start();
  admin = await wick.signIn();
});
after(() => wick.stop());

const temporary = () => fs.mkdtempSync(path.join(os.tmpdir(), "wick-login-"));
const start = (args, env, command = [binary]) => {
  const [program, ...rest] = [...command, ...args];
  const child = spawn(program, rest, { env: { PATH: process.env.PATH, HOME: temporary(), ...env } });
  const out = { child, stdout: "", stderr: "" };
  child.stderr.on("data", (chunk) => (out.stderr += chunk));
  out.lines = readline.createInterface({ input: child.stdout });
  out.lines.on("line", (line) => (out.stdout += `${line}\n`));
  out.done = once(child, "close").then(([code]) => ({ code, stdout: out.stdout, stderr: out.stderr }));
  return out;
};
const run = (args, env) => start(args, env).done;
const answer = async (session, user_code, decision) => {
  const { request_id } = (await session.post("/oauth/device", { user_code })).body;
  const shown = (await session.get(`/oauth/requests/${request_id}`)).body;
  assert.equal((await session.post(`/oauth/requests/${request_id}`, decision)).status, 200);
  return shown;
};
const login = async (
  env,
  { session = admin, args = ["--store", "file"], decision = { approve: true }, command } = {},
) => {
  const running = start(["login", "--url", `${wick.url}/mcp`, "--json", ...args], env, command);
  const [line] = await once(running.lines, "line");
  const prompt = JSON.parse(line);
  const shown = await answer(session, prompt.user_code, decision);
  return { ...(await running.done), prompt, shown };
};
const keep = (env) => {
  const file = path.join(env.WICK_CONFIG_HOME, "credentials.json");
  const [server] = JSON.parse(fs.readFileSync(file, "utf8")).servers;
  const connection = JSON.parse(server.connection);
  for (const name of ["access_token", "refresh_token"]) remember("secrets", connection[name]);
  const save = (changes) =>
    fs.writeFileSync(
      file,
      JSON.stringify({ servers: [{ ...server, connection: JSON.stringify({ ...connection, ...changes }) }] }),
    );
  return { file, server, connection, save };
};
const person = async (name) => {
  wick.createUser(`${name}@example.com`, name);
  return wick.signIn(`${name}@example.com`);
};

describe("a login", { concurrency: true }, () => {
  test("is approved in a browser, kept for this person only, used, refreshed once by many, and ended", async () => {
    const mia = await person("mia");
    const env = { WICK_CONFIG_HOME: path.join(temporary(), "nested", "wick") };
    const { code, stdout, stderr, prompt, shown } = await login(env, { session: mia });
    assert.equal(code, 0, stderr);
    assert.deepEqual([prompt.verification_uri, prompt.expires_in], [`${wick.url}/device`, 600]);
    assert.deepEqual([shown.client.name, shown.writes], ["Wick command line", true]);
    assert.equal(stdout.split("\n").length, 3, "the prompt and the result, each a line");
    const { file, connection, save } = keep(env);
    assert.ok(!stdout.includes(connection.access_token) && !stdout.includes(connection.refresh_token));
    assert.deepEqual([fs.statSync(file).mode & 0o777, fs.statSync(path.dirname(file)).mode & 0o777], [0o600, 0o700]);

    const who = JSON.parse((await run(["whoami", "--json"], env)).stdout);
    assert.deepEqual(
      [who.user.email, who.credential.kind, who.credential.name],
      ["mia@example.com", "oauth", "Wick command line"],
    );
    assert.match((await run(["whoami"], env)).stdout, /^mia <mia@example.com> at http/);
    const token = (await run(["access-token"], env)).stdout.trim();
    assert.equal(token, connection.access_token);
    assert.equal((await callTool(wick, token, "notes__list")).status, 200);

    // Eight programs find it about to end, at once.
    save({ expires_at: Date.now() * 1000 + 30e6 });
    const tokens = await Promise.all(Array.from({ length: 8 }, () => run(["access-token"], env)));
    const fresh = new Set(tokens.map((one) => one.stdout.trim()));
    assert.deepEqual(
      [fresh.size, tokens.every((one) => one.code === 0), fresh.has(token)],
      [1, true, false],
      tokens.map((one) => one.stderr).join("\n"),
    );
    keep(env);
    assert.equal((await callTool(wick, [...fresh][0], "notes__list")).status, 200);
    assert.equal((await mia.get("/connections")).body.items.length, 1);

    const out = await run(["logout"], env);
    assert.deepEqual([out.code, out.stdout], [0, `Logged out of ${wick.url}: the connection has ended.\n`]);
    assert.equal((await callTool(wick, [...fresh][0], "notes__list")).status, 401);
    assert.ok(!fs.readFileSync(file, "utf8").includes("wick_o"));
    const gone = await run(["whoami", "--url", wick.url], env);
    assert.deepEqual(
      [gone.code, gone.stderr],
      [1, `wick: Not logged in to ${wick.url}: run \`wick login --url ${wick.url}\`.\n`],
    );
  });

  test("again replaces the one before, which ends, and can ask to read only", async () => {
    const rex = await person("rex");
    const env = { WICK_CONFIG_HOME: temporary() };
    assert.equal((await login(env, { session: rex })).code, 0);
    const before = keep(env).connection.access_token;
    const second = await login(env, { session: rex, args: ["--store", "file", "--read-only"] });
    assert.deepEqual([second.code, second.shown.writes], [0, false]);
    assert.equal(keep(env).connection.scope, "mcp:read");
    assert.equal((await callTool(wick, before, "notes__list")).status, 401);
    assert.equal((await rex.get("/connections")).body.items.length, 1);
    const [{ id }] = (await rex.get("/connections")).body.items;
    await rex.delete(`/connections/${id}`);
    const ended = await run(["whoami"], env);
    assert.deepEqual(
      [ended.code, /does not accept this credential any more: run `wick login/.test(ended.stderr)],
      [1, true],
      ended.stderr,
    );
    keep(env).save({ expires_at: 0 });
    assert.match((await run(["access-token"], env)).stderr, /has ended, or was ended there: run `wick login/);
    const out = await run(["logout"], env);
    assert.equal(out.code, 0, "the server has nothing left to end");
  });

  test("that is denied in the browser leaves nothing", async () => {
    const env = { WICK_CONFIG_HOME: temporary() };
    const { code, stderr } = await login(env, { decision: { approve: false } });
    assert.deepEqual(
      [code, JSON.parse(stderr).error],
      [1, { code: "forbidden", message: "The login was denied in the browser." }],
    );
    assert.equal(fs.existsSync(path.join(env.WICK_CONFIG_HOME, "credentials.json")), false);
  });

  test("goes to the keyring of the desktop, where there is one", async () => {
    const folder = temporary();
    const env = { WICK_CONFIG_HOME: path.join(folder, "wick"), HOME: folder, XDG_RUNTIME_DIR: folder };
    const script = path.join(folder, "session.sh");
    // A session bus and a keyring of its own for each command: what is stored lives in the folder.
    fs.writeFileSync(
      script,
      `#!/bin/bash
printf pw | gnome-keyring-daemon --unlock --foreground --components=secrets >/dev/null 2>&1 &
keyring=$!
# Asking for the owner starts nothing: another keyring, started by being asked, would be locked.
owned() { dbus-send --session --print-reply --dest=org.freedesktop.DBus /org/freedesktop/DBus org.freedesktop.DBus.NameHasOwner string:org.freedesktop.secrets 2>/dev/null; }
until owned | grep -q 'boolean true'; do read -rt 0.05 <> <(:) || :; done
until printf x | timeout 2 secret-tool store --label=ready application ready 2>/dev/null; do read -rt 0.05 <> <(:) || :; done
"$@"
code=$?
kill $keyring
exit $code
`,
      { mode: 0o700 },
    );
    const command = ["dbus-run-session", "--", script, binary];
    const { code, stdout, stderr } = await login(env, { args: ["--store", "keyring"], command });
    assert.equal(code, 0, stderr);
    assert.equal(JSON.parse(stdout.split("\n")[1]).stored_in, "the system's keyring");
    const file = path.join(env.WICK_CONFIG_HOME, "credentials.json");
    assert.deepEqual(JSON.parse(fs.readFileSync(file, "utf8")), { servers: [{ url: wick.url, storage: "keyring" }] });
    const token = (await start(["access-token"], env, command).done).stdout.trim();
    assert.match(token, /^wick_oat_/);
    remember("secrets", token);
    assert.equal((await callTool(wick, token, "notes__list")).status, 200);
    const without = await run(["access-token"], { WICK_CONFIG_HOME: env.WICK_CONFIG_HOME });
    assert.deepEqual(
      [without.code, without.stderr],
      [1, "wick: There is no desktop session here, and so no keyring: use --store file.\n"],
    );
    assert.equal((await start(["logout"], env, command).done).code, 0);
    assert.equal((await callTool(wick, token, "notes__list")).status, 401);
  });
});

test("a file that others can read is not used", async () => {
  const env = { WICK_CONFIG_HOME: temporary() };
  fs.writeFileSync(path.join(env.WICK_CONFIG_HOME, "credentials.json"), '{"servers":[]}', { mode: 0o644 });
  const { code, stderr } = await run(["access-token", "--url", wick.url], env);
  assert.deepEqual([code, /can be read by others/.test(stderr)], [1, true], stderr);
  fs.writeFileSync(path.join(env.WICK_CONFIG_HOME, "credentials.json"), "garbage");
  fs.chmodSync(path.join(env.WICK_CONFIG_HOME, "credentials.json"), 0o600);
  assert.match((await run(["whoami", "--url", wick.url], env)).stderr, /is damaged: delete it and log in again/);
});

test("a token in the environment goes before any login", async () => {
  const env = { WICK_CONFIG_HOME: temporary(), WICK_TOKEN: wick.token().token, WICK_URL: wick.url };
  const who = JSON.parse((await run(["whoami", "--json"], env)).stdout);
  assert.deepEqual([who.credential.kind, who.credential.name], ["pat", "test"]);
  assert.match(
    (await run(["whoami"], { ...env, WICK_TOKEN: "wick_pat_wrong" })).stderr,
    /does not accept this credential/,
  );
});

test("an address that is wrong, not safe, or not a Wick is refused before anything is sent", async () => {
  const env = { WICK_CONFIG_HOME: temporary() };
  for (const url of [
    "http://wick.example.com",
    "wick.example.com",
    "https://user@wick.example.com",
    "ftp://x",
    "http://localhost.evil.example",
  ]) {
    const { code, stderr } = await run(["login", "--url", url], env);
    assert.deepEqual([code, /--url must be the server's address/.test(stderr)], [2, true], url);
  }
  assert.match((await run(["login"], env)).stderr, /There is no connection to a server yet\. Name one with --url/);
  assert.match(
    (await run(["login", "--url", wick.url, "--store", "cloud"], env)).stderr,
    /--store must be auto, keyring or file/,
  );
  assert.match((await run(["login", "--url", "http://127.0.0.1:1"], env)).stderr, /cannot be reached/);

  const asked = [];
  let document = {};
  const server = http
    .createServer((request, response) => {
      asked.push(request.url);
      const origin = `http://127.0.0.1:${server.address().port}`;
      response.setHeader("content-type", "application/json");
      if (request.url === "/d" && document.device) return response.end(JSON.stringify(document.device(origin)));
      response.end(
        JSON.stringify(
          request.url.includes("protected-resource")
            ? { resource: `${origin}/mcp`, ...document.resource }
            : {
                issuer: origin,
                token_endpoint: `${origin}/t`,
                device_authorization_endpoint: `${origin}/d`,
                revocation_endpoint: `${origin}/r`,
                ...document.metadata,
              },
        ),
      );
    })
    .listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${server.address().port}`;
  for (const [change, message] of [
    [{ resource: { resource: "https://other.example/mcp" } }, /calls itself https:\/\/other\.example\/mcp/],
    [{ metadata: { token_endpoint: "https://thief.example/t" } }, /does not answer like a Wick server/],
    [{ metadata: { device_authorization_endpoint: `${url}.thief.example/d` } }, /does not answer like a Wick server/],
    [{ metadata: { issuer: "https://thief.example" } }, /does not answer like a Wick server/],
    [{}, /does not start a login/],
    [
      {
        device: () => ({
          device_code: "x",
          user_code: "A",
          verification_uri: "https://other.example/device",
          verification_uri_complete: `${url}/device`,
        }),
      },
      /does not answer like a Wick server/,
    ],
  ]) {
    document = change;
    const { code, stderr } = await run(["login", "--url", url], env);
    assert.deepEqual([code, message.test(stderr)], [1, true], stderr);
  }
  assert.deepEqual(
    asked.filter((one) => !one.startsWith("/.well-known/")),
    ["/d", "/d"],
    "only the last two were worth a request",
  );
  // What a server says does not steer the terminal it is shown on.
  document = {
    device: (origin) => ({
      device_code: "x",
      user_code: "\u001b]0;x\u0007\u009b2J",
      verification_uri: `${origin}/device`,
      verification_uri_complete: `${origin}/device`,
      interval: 1,
    }),
  };
  const { stderr } = await run(["login", "--url", url], env);
  assert.match(stderr, /\?\]0;x\?\?2J/);
  assert.doesNotMatch(stderr, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
  server.close();
});
