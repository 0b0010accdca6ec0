// What bad input gets: a clear error, and a server that is well afterwards.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { Wick, callTool, notesId, password, post, remember, run, until } from "../lib/wick.mjs";

let wick, token;
before(async () => {
  wick = await Wick.start({
    args: ["--set", "limits.request_timeout_seconds=1", "--set", "limits.max_body_bytes=100000"],
  });
  ({ token } = wick.token());
});
after(() => wick.stop());

// Raw bytes in, everything that comes back until the server closes.
async function raw(bytes, { end = false } = {}) {
  const socket = net.connect(wick.port, "127.0.0.1");
  let text = "";
  socket.on("data", (chunk) => (text += chunk));
  socket.on("error", () => {});
  socket.write(bytes);
  if (end) socket.end();
  await once(socket, "close");
  return text;
}
const isWell = async () => assert.equal((await callTool(wick, token, "notes__list")).status, 200);

test("oversize headers and bodies are refused", async () => {
  assert.match(await raw(`GET / HTTP/1.1\r\nHost: localhost\r\nX: ${"x".repeat(20000)}\r\n\r\n`), /^HTTP\/1.1 431 /);
  assert.match(
    await raw(
      `POST /mcp HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\nContent-Length: 100001\r\n\r\n`,
    ),
    /^HTTP\/1.1 413 /,
  );
  assert.equal((await post(wick, token, `"${"x".repeat(200000)}"`)).status, 413);
  await isWell();
});

test("truncated, smuggled and slow requests are refused", async () => {
  assert.equal(await raw("POST /mcp HTTP/1.1\r\nHost: lo", { end: true }), "");
  assert.match(
    await raw(
      "POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    ),
    /^HTTP\/1.1 400 /,
  );
  assert.match(
    await raw(`POST /mcp HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\nContent-Length: 5\r\n\r\nab`),
    /^HTTP\/1.1 408 /,
  );
  await isWell();
});

test("pipelined requests are answered in order", async () => {
  const one = (id) => {
    const body = JSON.stringify({ jsonrpc: "2.0", id, method: "ping" });
    return `POST /mcp HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n${id === 29 ? "Connection: close\r\n" : ""}\r\n${body}`;
  };
  const answer = await raw(Array.from({ length: 30 }, (_, id) => one(id)).join(""));
  assert.deepEqual(
    [...answer.matchAll(/"id":(\d+)/g)].map((match) => Number(match[1])),
    Array.from({ length: 30 }, (_, id) => id),
  );
});

test("deep, duplicate, ill-typed and invalid JSON are refused with a reason", async () => {
  const deep = await post(wick, token, "[".repeat(100) + "]".repeat(100));
  assert.match(deep.body.error.message, /nested deeper than 64/);
  const invalid = await fetch(`${wick.url}/mcp`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: Buffer.from([0x22, 0xff, 0xfe, 0x22]),
  });
  assert.equal((await invalid.json()).error.code, -32700);
  const admin = await wick.signIn();
  for (const [body, word] of [
    [{ name: 7 }, /"name" must be text/],
    [{}, /"name" is missing/],
    [{ name: "x", nmae: 1 }, /"nmae" is not a known field/],
    [{ name: "x", tools: "some" }, /auto, direct, meta/],
    [{ name: "" }, /name/],
    [{ name: "x".repeat(101) }, /100 bytes/],
  ]) {
    const answer = await admin.post("/tokens", body);
    assert.equal(answer.status, 400);
    assert.match(answer.body.error.message, word);
  }
  await isWell();
});

test("calls beyond a limit of their own are tool errors that say which", async () => {
  const refused = async (name, args, words) => {
    const { result } = (await callTool(wick, token, name, args)).body;
    assert.equal(result.isError, true);
    assert.match(result.content[0].text, words);
  };
  await refused("notes__create", { title: "x".repeat(201) }, /title/);
  await refused("notes__create", { title: "long", body: "x".repeat(65 * 1024) }, /longer than 65536 bytes/);
  await refused("notes__list", { limit: 101 }, /limit/);
  await refused("wick_execute", { calls: Array.from({ length: 21 }, () => ({ tool_id: "x" })) }, /1 to 20/);
  const admin = await wick.signIn();
  const status = async (route, body) => (await admin.post(route, body)).status;
  assert.equal(await status("/admin/connectors", { kind: "notes", label: "x".repeat(61) }), 400);
  assert.equal(await status("/admin/connectors", { kind: "notes", label: "ok", description: "x".repeat(2001) }), 400);
  assert.equal(await status("/admin/tags", { name: "x".repeat(61) }), 400);
  assert.equal(await status("/admin/users", { email: `${"x".repeat(250)}@example.com`, name: "X" }), 400);
  assert.equal(await status("/admin/tokens/revoke", { ids: Array.from({ length: 1001 }, () => notesId) }), 400);
  assert.equal((await admin.get("/runs?limit=201")).status, 400);
  await isWell();
});

test("a wrong flag, setting, value or file is a sentence that names it", () => {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), "wick-config-"));
  const file = path.join(dir, "wick.toml");
  const serve = (args, options) => run(["serve", "--data", path.join(dir, "data"), ...args], options);
  const cases = [
    [serve(["--lisen", "x"]), /--lisen/],
    [serve(["--listen", "nowhere"]), /"listen" must be an IP address and a port/],
    [serve(["--set", "audit.rowdays=3"]), /Did you mean "audit.row_days"/],
    [serve(["--set", "audit.row_days=many"]), /whole number from 1 to/],
    [serve([], { env: { WICK_LOG_FORMAT: "xml" } }), /WICK_LOG_FORMAT.*text, json/],
    [serve(["--listen", "0.0.0.0:0"]), /--public-url/],
    [serve(["--public-url", "wick.example.com"]), /scheme/],
    [run(["frobnicate"]), /frobnicate|subcommand/],
    [run(["token", "create", "--data", dir]), /--user/],
  ];
  fs.writeFileSync(file, "[limits]\nmax_body_byte = 5\n");
  cases.push([serve(["--config", file]), /wick.toml, line 2: .*Did you mean "limits.max_body_bytes"/]);
  fs.writeFileSync(file, "listen = \n");
  cases.push([serve(["--config", file]), /wick.toml, line 1/]);
  for (const [{ code, stderr }, words] of cases) {
    assert.equal(code, 2, stderr);
    assert.match(stderr, words);
  }
  fs.rmSync(dir, { recursive: true });
});

test("a second server on the same folder or port is refused, and says why", async () => {
  const folder = run(["serve", "--data", wick.data, "--listen", "127.0.0.1:0"]);
  assert.deepEqual([folder.code, /using the data folder/.test(folder.stderr)], [1, true], folder.stderr);
  const other = fs.mkdtempSync(path.join(os.tmpdir(), "wick-data-"));
  remember("folders", other);
  const port = run(["serve", "--data", other, "--listen", `127.0.0.1:${wick.port}`]);
  assert.deepEqual([port.code, port.stderr.includes(`127.0.0.1:${wick.port}`)], [1, true], port.stderr);
});

test("a data folder that is a file is a clear error", () => {
  const file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), "wick-config-")), "file");
  fs.writeFileSync(file, "");
  const { code, stderr } = run(["user", "list", "--data", file]);
  assert.equal(code, 1);
  assert.match(stderr, /data folder/);
});

const isRoot = process.getuid() === 0;
test("a read-only data folder is a clear error", () => {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), "wick-config-"));
  fs.chmodSync(dir, 0o555);
  // Permissions do not bind root: as root, the command runs as nobody.
  const identity = isRoot ? { uid: 65534, gid: 65534 } : {};
  const { code, stderr } = run(["user", "list", "--data", path.join(dir, "inner")], { identity });
  assert.deepEqual([code, /Cannot make the data folder/.test(stderr)], [1, true], stderr);
});

// A small disk, where one may be mounted; undefined elsewhere.
function smallDisk(size) {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), "wick-small-"));
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${size}`, "tmpfs", dir], { stdio: "ignore" });
    return dir;
  } catch {
    fs.rmdirSync(dir);
    return undefined;
  }
}
const smallFolder = smallDisk("8m");
const skip = !smallFolder && "no small disk can be mounted here";
const free = (dir) => {
  const { bavail, bsize } = fs.statfsSync(dir);
  return bavail * bsize;
};

test("a full disk stops calls before it is full, and never takes the kill switch away", { skip }, async () => {
  const dir = smallFolder;
  const ballast = path.join(dir, "ballast");
  const fillDisk = () => {
    const file = fs.openSync(ballast, "w");
    assert.throws(() => {
      for (;;) fs.writeSync(file, Buffer.alloc(4096, 1));
    }, /ENOSPC/);
    fs.closeSync(file);
    assert.equal(free(dir), 0);
  };
  let small;
  try {
    small = await Wick.start({ data: dir });
    const own = small.token();
    const admin = await small.signIn();
    const bob = small.createUser("bob@example.com", "Bob");
    const his = small.token("bob@example.com", [], "his").token;
    const ready = async () => {
      const response = await fetch(`${small.url}/readyz`);
      return { status: response.status, retryAfter: response.headers.get("retry-after"), body: await response.json() };
    };
    assert.deepEqual(await ready(), { status: 200, retryAfter: null, body: { status: "ok" } });

    // A member's calls fill the disk up to the mark. A write-ahead log that is moved into its file may give room back
    // after a refusal: then the calls go on.
    let refused;
    let answered = 0;
    let state = await ready();
    while (state.status === 200) {
      const answer = await callTool(small, his, "notes__create", { title: `n${answered}`, body: "x".repeat(3000) });
      if (answer.status === 200 && answer.body.result && !answer.body.result.isError) ++answered;
      // The mark may be reached between the question whether the run can be recorded and the note's own write.
      else if (answer.status === 200) assert.match(answer.body.result.content[0].text, /disk is full/);
      else refused = answer;
      if (refused) state = await ready();
    }
    assert.equal(refused.status, 503);
    assert.ok(Number(refused.headers.get("retry-after")) > 0);
    assert.match(refused.body.error.message, /disk is full.*limits\.min_free_bytes/);
    assert.ok(free(dir) > 500_000, "calls stop before the disk is full");
    assert.equal(state.status, 503);
    assert.ok(Number(state.retryAfter) > 0);
    assert.match(state.body.message, /disk is full/);

    // Others fill what is left, to the last byte.
    fillDisk();
    assert.equal((await callTool(small, his, "notes__list")).status, 503);

    // Everything that is read is read, and everything that takes rights away is written.
    assert.equal((await admin.get("/admin/tokens")).status, 200);
    assert.equal((await admin.get("/runs")).status, 200);
    assert.match(small.cli(["token", "list"]).stdout, /his/);
    const revoked = small.cli(["token", "revoke", own.id]);
    assert.equal(revoked.code, 0, revoked.stderr);
    assert.equal((await callTool(small, own.token, "notes__list")).status, 401);
    assert.equal((await admin.get("/tokens")).status, 200);
    const again = await small.signIn();
    // What adds to the database is refused: strangers and members cannot take the reserve, which is for what follows.
    const post = (route, type, body) =>
      fetch(small.url + route, { method: "POST", headers: { "content-type": type }, body });
    const registered = await post(
      "/oauth/register",
      "application/json",
      JSON.stringify({ redirect_uris: ["http://127.0.0.1/callback"] }),
    );
    const device = await post("/oauth/device_authorization", "application/x-www-form-urlencoded", "client_id=wick-cli");
    for (const response of [registered, device]) {
      assert.equal(response.status, 503, response.url);
      assert.ok(Number(response.headers.get("retry-after")) > 0, response.url);
      assert.match(await response.text(), /disk is full|try again/);
    }
    for (const [route, body] of [
      ["/tokens", { name: "more" }],
      ["/admin/tags", { name: "more" }],
      ["/admin/users", { email: "more@example.com", name: "More" }],
    ]) {
      const { status, headers, text } = await again.post(route, body);
      assert.equal(status, 503, `${route}: ${text}`);
      assert.ok(Number(headers.get("retry-after")) > 0, route);
      assert.match(text, /disk is full/);
    }
    assert.equal((await again.patch(`/admin/users/${bob.id}`, { status: "deactivated" })).status, 200);
    assert.equal((await callTool(small, his, "notes__list")).status, 401);
    for (let i = 0; i < 20; ++i) {
      const session = await small.signIn();
      assert.equal((await session.delete("/session")).status, 204);
    }
    const reserve = path.join(dir, "wick.reserve");
    assert.equal(fs.statSync(reserve).size, 0, "the reserve was released");

    // With room again, calls work again, and nothing that was answered is missing.
    fs.rmSync(ballast);
    execFileSync("mount", ["-o", "remount,size=40m", dir]);
    const fresh = small.token().token;
    await until(async () => (await callTool(small, fresh, "notes__list")).status === 200);
    assert.equal((await ready()).status, 200);
    await small.stop();
    const rows = Number(
      execFileSync(
        "sqlite3",
        [`${dir}/runs.db`, "SELECT COUNT(*) FROM connector_runs WHERE operation = 'create' AND status = 'ok'"],
        { encoding: "utf8" },
      ),
    );
    assert.equal(rows, answered);
    assert.ok(fs.statSync(reserve).size > 1_000_000, "the reserve is whole again");

    // A disk that is full at the start: the server starts, and the kill switch works.
    fillDisk();
    await small.launch();
    assert.equal((await callTool(small, fresh, "notes__list")).status, 503);
    const { id } = small
      .json(["token", "list"])
      .tokens.find((token) => token.name === "test" && token.status === "active");
    assert.equal(small.cli(["token", "revoke", id]).code, 0);
    assert.equal((await callTool(small, fresh, "notes__list")).status, 401);
    await small.stop();
  } finally {
    if (small?.process.exitCode === null) await small.kill();
    execFileSync("umount", ["-l", dir]);
  }
});

test("commands work on the folder when no server runs, and reach the server when one does", async () => {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), "wick-data-"));
  remember("folders", dir);
  const made = run(
    [
      "user",
      "create",
      "--data",
      dir,
      "--admin",
      "--email",
      "a@example.com",
      "--name",
      "A",
      "--password-stdin",
      "--json",
    ],
    { input: `${password}\n` },
  );
  assert.equal(made.code, 0, made.stderr);
  assert.equal(
    run(["user", "create", "--data", dir, "--email", "a@example.com", "--name", "A", "--password-stdin"], {
      input: `${password}\n`,
    }).code,
    1,
  );
  assert.match(
    run(["user", "create", "--data", dir, "--email", "b@example.com", "--name", "B", "--password-stdin"], {
      input: "short\n",
    }).stderr,
    /at least 15 characters/,
  );
  assert.match(run(["user", "list", "--data", dir]).stdout, /a@example.com/);
  assert.equal(fs.statSync(dir).mode & 0o777, 0o700);
  assert.equal(fs.statSync(path.join(dir, "secret.key")).mode & 0o777, 0o600);
  assert.equal(fs.statSync(path.join(wick.data, "wick.sock")).mode & 0o777, 0o600);
  const backup = path.join(wick.data, "copy");
  assert.deepEqual(wick.json(["backup", backup]), { folder: backup });
  assert.match(run(["user", "list", "--data", backup]).stdout, /ann@example.com/);
  assert.equal(wick.cli(["backup", backup]).code, 1);
  assert.match(run(["version"]).stdout, /^wick \d+\.\d+\.\d+$/m);
});
