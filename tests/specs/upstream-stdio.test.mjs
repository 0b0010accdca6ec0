// MCP servers that are programs: started by Wick, watched over, kept from everything of Wick's, and ended with it.
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { Client as Client1 } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport as Transport1 } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { Client as Client2, StreamableHTTPClientTransport as Transport2 } from "@modelcontextprotocol/client";
import { postModern } from "../lib/conversation.mjs";
import { stdioCommand } from "../lib/conformance-server.mjs";
import { alive, growthOf, statusOf } from "../lib/process.mjs";
import { commandOf, newLog } from "../lib/stdio-servers.mjs";
import { Wick, callTool, modern, remember, until } from "../lib/wick.mjs";

const megabyte = 1 << 20;
const ofWick = {
  WICK_SECRET_KEY: "5ea1".repeat(16),
  WICK_LOG_LEVEL: "info",
  WICK_CONNECTORS_COMMANDS_FROM_WEB: "true",
  SOME_PASSWORD: "hunter2-hunter2",
  LD_LIBRARY_PATH: "/nowhere",
  TZ: "Europe/Berlin",
  LC_ALL: "C.UTF-8",
};
remember("secrets", ofWick.WICK_SECRET_KEY);

let wick, admin, token;
before(async () => {
  Object.assign(process.env, ofWick);
  wick = await Wick.start();
  admin = await wick.signIn();
  token = wick.token("ann@example.com", ["--tools", "direct"]).token;
});
after(() => wick.stop());

let made = 0;
// A connector for this command in `of`; `call(tool, arguments)` is the result of a call, `text(…)` its text.
async function connect(command, config = {}, of = { wick, admin, token }) {
  const slug = `child_${++made}`;
  const { status, body, text } = await of.admin.post("/admin/connectors", {
    kind: "mcp",
    label: slug.replace("_", " "),
    config: { command, ...config },
  });
  assert.equal(status, 201, text);
  const refreshed = await of.admin.post(`/admin/connectors/${body.id}/refresh`, {});
  const call = async (tool, args = {}, as = of.token) => {
    const answer = await callTool(of.wick, as, `${slug}__${tool}`, args);
    return answer.body.result ?? answer.body;
  };
  const said = async (...which) => (await call(...which)).content[0].text;
  return { id: body.id, slug, config: { command, ...config }, refreshed, call, said };
}
const othersAnswer = async () =>
  assert.equal((await callTool(wick, token, "notes__list")).body.result.isError, undefined);
const eras = ["legacy", "modern"];

const clients = {
  "SDK 1.x": async (slug) => {
    const client = new Client1({ name: "v1", version: "1" });
    await client.connect(
      new Transport1(new URL(`${wick.url}/mcp/c/${slug}`), {
        requestInit: { headers: { Authorization: `Bearer ${token}` } },
      }),
    );
    return client;
  },
  "SDK 2.x on 2026-07-28": async (slug) => {
    const client = new Client2({ name: "v2", version: "2" }, { versionNegotiation: { mode: { pin: "2026-07-28" } } });
    await client.connect(
      new Transport2(new URL(`${wick.url}/mcp/c/${slug}`), {
        requestInit: { headers: { Authorization: `Bearer ${token}` } },
      }),
    );
    return client;
  },
};

// ---- by whom it is used

for (const era of ["2025-11-25", "2026-07-28"]) {
  test(`the tools of a program of ${era} are used by the official clients of both eras`, async () => {
    const { slug, refreshed } = await connect(stdioCommand(era));
    assert.equal(refreshed.status, 200, refreshed.text);
    for (const [name, connectClient] of Object.entries(clients)) {
      const client = await connectClient(slug);
      assert.ok(
        (await client.listTools()).tools.some((tool) => tool.name === "test_simple_text"),
        name,
      );
      assert.deepEqual((await client.callTool({ name: "test_simple_text", arguments: {} })).content, [
        { type: "text", text: "plain" },
      ]);
      assert.equal((await client.callTool({ name: "test_error_handling", arguments: {} })).isError, true);
      await client.close();
    }
  });
}

test("the official reference server is used by its command with npx, by the official clients of both eras", async () => {
  const { slug, refreshed } = await connect(
    `npx --no --prefix ${path.resolve(import.meta.dirname, "..")} -- mcp-server-everything stdio`,
  );
  assert.equal(refreshed.status, 200, refreshed.text);
  assert.ok(refreshed.body.added.length >= 8, String(refreshed.body.added));
  for (const connectClient of Object.values(clients)) {
    const client = await connectClient(slug);
    assert.match((await client.callTool({ name: "echo", arguments: { message: "hello" } })).content[0].text, /hello/);
    await client.close();
  }
  assert.equal((await admin.delete(`/admin/connectors/${slug}`)).status, 404, "by its id alone");
});

test("commands are set by --stdio on the machine, or in the web app if the operator allows it", async () => {
  const own = await Wick.start({ args: ["--set", "connectors.commands_from_web=off"] });
  const session = await own.signIn();
  const command = commandOf("modern");
  const refused = await session.post("/admin/connectors", { kind: "mcp", label: "Mine", config: { command } });
  assert.equal(refused.status, 403, refused.text);
  assert.match(refused.body.error.message, /wick connector add mcp --label … --stdio/);
  const added = await own.cliLater(["connector", "add", "mcp", "--label", "Mine", "--stdio", command]);
  assert.equal(added.code, 0, added.stderr);
  assert.match(added.stdout, /added: broken, complain, .*, echo, .*, who, words/);
  const { id } = own.json(["connector", "show", "mine"]);
  for (const config of [
    { command: `${command} --banner` },
    { command, environment: ["NODE_OPTIONS=--inspect"] },
    { url: "http://127.0.0.1/mcp" },
  ]) {
    assert.equal((await session.patch(`/admin/connectors/${id}`, { config })).status, 403, JSON.stringify(config));
  }
  assert.equal((await session.patch(`/admin/connectors/${id}`, { label: "Yours" })).status, 200);
  const same = await session.patch(`/admin/connectors/${id}`, {
    config: { command, environment: [], auth: "none", secret: "", timeout_seconds: 20 },
  });
  assert.equal(same.status, 200, same.text);
  assert.equal(
    (await session.patch(`/admin/connectors/${id}`, { config: { command, secret: "x" } })).status,
    403,
    "a secret would be a variable of the program",
  );
  assert.equal((await session.post(`/admin/connectors/${id}/refresh`, {})).status, 200);
  await own.stop();
});

// ---- what happens when it misbehaves

for (const era of eras) {
  test(`a ${era} program may write banners and garbage between its messages`, async () => {
    const { refreshed, said } = await connect(commandOf(era, "--banner"));
    assert.equal(refreshed.status, 200, refreshed.text);
    assert.equal(await said("garbage", { text: "through the noise" }), "echo: through the noise");
    assert.equal(
      await said("echo", { text: "the next" }),
      "echo: the next",
      "an answer given twice is no answer to another request",
    );
  });
}

test("a program is not told to cancel what it has answered", async () => {
  const log = newLog();
  const { slug, said } = await connect(commandOf("modern", "--log", log.file));
  const client = await clients["SDK 1.x"](slug);
  await until(() => log.heard("subscriptions/listen").length > 0); // which it does not know
  for (const text of ["1", "2", "3"]) await said("echo", { text });
  const { id } = log.heard("subscriptions/listen")[0];
  assert.deepEqual(
    log.heard("notifications/cancelled").filter(({ params }) => params.requestId === id),
    [],
  );
  await client.close();
});

for (const era of eras) {
  test(`an answer of a ${era} program that is larger than it may be, or broken, fails its call alone`, async () => {
    const log = newLog();
    const { id, call, said } = await connect(commandOf(era, "--log", log.file), {
      max_bytes: 100_000,
      timeout_seconds: 30,
    });
    assert.equal((await said("large", { bytes: 90_000 })).length, 90_000);
    const process = await said("who");
    // A call that is under way meanwhile, in the process that all share.
    const waiting = era === "modern" ? call("later", {}) : undefined;
    if (waiting) await until(() => log.heard("tools/call").some(({ params }) => params?.name === "later"));
    for (const args of [
      { bytes: 110_000 },
      { bytes: 5_000_000 },
      { bytes: 110_000, last: true },
      { bytes: 5_000_000, last: true },
    ]) {
      const failed = await call("oversized", args);
      assert.deepEqual(
        [failed.isError, failed.content[0].text],
        [true, "A message of the MCP server is larger than 100000 bytes."],
        JSON.stringify(args),
      );
    }
    for (const args of [
      { rest: '"result":{"content":[' },
      { rest: '"result":nonsense}' },
      { rest: `"result":${"[".repeat(100)}${"]".repeat(100)}}` },
    ]) {
      const failed = await call("broken", args);
      assert.deepEqual(
        [failed.isError, /not valid JSON/.test(failed.content[0].text)],
        [true, true],
        failed.content[0].text,
      );
    }
    for (const rest of ['"result":"text"}', '"nothing":1}']) {
      const failed = await call("broken", { rest });
      assert.match(JSON.stringify(failed), /neither a result nor an error/);
    }
    await call("oversized", { bytes: 110_000, method: "notifications/message" });
    assert.equal(await said("who"), process, "the process lives on");
    assert.equal((await admin.get(`/admin/connectors/${id}`)).body.health, "ok");
    if (waiting) {
      await call("now");
      assert.equal((await waiting).content[0].text, "echo: later", "what was under way goes on");
    }
  });
}

test("a response without a known id fails the only pending call, or lets several time out", async () => {
  const log = newLog();
  const { call, said } = await connect(commandOf("modern", "--log", log.file), {
    max_bytes: 100_000,
    timeout_seconds: 2,
  });
  const failed = await call("oversized", { bytes: 110_000, anonymous: true });
  assert.match(failed.content[0].text, /larger than 100000 bytes/);
  const waiting = call("later");
  await until(() => log.heard("tools/call").some(({ params }) => params?.name === "later"));
  const other = await call("oversized", { bytes: 110_000, anonymous: true });
  assert.match(other.content[0].text, /did not answer within 2 seconds/);
  await waiting;
  assert.equal(await said("echo", { text: "again" }), "echo: again");
});

test("a program that writes 100 MB without a line’s end takes little memory and is stopped", async () => {
  const log = newLog();
  const { call } = await connect(commandOf("modern", "--log", log.file), { max_bytes: megabyte });
  let failed;
  const growth = await growthOf(wick.process.pid, async () => {
    failed = await call("unending", { bytes: 100 * megabyte });
  });
  assert.match(failed.content[0].text, /larger than 1048576 bytes/);
  assert.ok(growth < 20 * megabyte, `it took ${growth} bytes`);
  await until(() => !alive(log.started().at(-1)), 30, "it is still there");
});

test("a program that floods its client with notifications loses no answer", async () => {
  const { slug } = await connect(commandOf("modern"));
  const { text } = await modern(wick, token, "tools/call", {
    name: `${slug}__flood`,
    arguments: { count: 20_000, bytes: 10 },
    _meta: { "io.modelcontextprotocol/logLevel": "info" },
  });
  assert.match(text, /echo: after the flood/);
});

// A call of flood whose client asks for log messages; the response, unread.
function ask(slug, args, signal) {
  const call = { name: `${slug}__flood`, arguments: args };
  const meta = { "io.modelcontextprotocol/logLevel": "info" };
  return postModern(`${wick.url}/mcp`, token, "tools/call", call, { capabilities: {}, meta, signal });
}

test("a program that floods a client that does not read takes little memory", async () => {
  const log = newLog();
  const { slug } = await connect(commandOf("legacy", "--log", log.file));
  const gone = new AbortController();
  const growth = await growthOf(wick.process.pid, async () => {
    await ask(slug, { count: 200, bytes: megabyte }, gone.signal);
    await until(() => log.heard("the end of the flood").length === 1); // of which the client has read nothing
  });
  gone.abort();
  assert.ok(growth < 64 * megabyte, `it took ${growth} bytes`);
});

test("a program’s answer is not lost among the notifications that its client has not read yet", async () => {
  const log = newLog();
  const { slug } = await connect(commandOf("modern", "--log", log.file), { timeout_seconds: 20 });
  const answer = await ask(slug, { count: 4000, bytes: 4000 });
  await until(() => log.heard("the end of the flood").length === 1);
  assert.match((await answer.text()).slice(-1000), /echo: after the flood/);
});

test("a program that complains without end on its standard error takes little memory and works on", async () => {
  const { said } = await connect(commandOf("modern"));
  const growth = await growthOf(wick.process.pid, async () =>
    assert.equal(await said("complain", { bytes: 50 * megabyte }), "echo: that was all"),
  );
  assert.ok(growth < 20 * megabyte, `it took ${growth} bytes`);
});

test("a program that is missing, is none, or may not be executed is a clear error that names it", async () => {
  const log = newLog();
  fs.writeFileSync(log.path("text"), "no program", { mode: 0o755 });
  fs.writeFileSync(log.path("plain"), "#!/bin/sh\n", { mode: 0o644 });
  for (const [command, message] of [
    ["no-such-program --flag", /There is no program "no-such-program" on this machine: install it, or give its path\./],
    [log.path("nothing"), /nothing" cannot be started: No such file or directory\./],
    [log.path("text"), /text" cannot be started: Exec format error\./],
    [log.path("plain"), /plain" cannot be started: Permission denied\./],
    ["/", /"\/" cannot be started: Permission denied\./],
  ]) {
    const { refreshed } = await connect(command);
    assert.ok(refreshed.status >= 400 && refreshed.status < 500, refreshed.text);
    assert.match(refreshed.body.error.message, message);
  }
});

for (const era of eras) {
  test(`twenty calls of a hanging ${era} program end in time and hold up nobody else`, async () => {
    const log = newLog();
    const { id, config, said } = await connect(commandOf(era, "--log", log.file, "--silent-if", log.path("silent")), {
      timeout_seconds: 1,
    });
    fs.writeFileSync(log.path("silent"), "");
    await admin.patch(`/admin/connectors/${id}`, { config: { ...config, environment: ["A=a new process"] } });
    const began = Date.now();
    let given = 0;
    const all = Promise.all(Array.from({ length: 20 }, () => said("who").finally(() => ++given)));
    await othersAnswer();
    assert.equal(given, 0, "the others did not wait for it");
    for (const text of await all) assert.match(text, /did not answer within 1 seconds/);
    assert.ok(Date.now() - began < 6000, `it took ${Date.now() - began} ms`);
  });
}

test("a program that does not read its input causes a clear error, at little memory", async () => {
  const { slug, said } = await connect(commandOf("modern"), { timeout_seconds: 1 });
  const deaf = said("deaf");
  const growth = await growthOf(wick.process.pid, async () => {
    const text = "x".repeat(megabyte / 2);
    for (let i = 0; i < 3; ++i) {
      const all = Array.from({ length: 12 }, () => callTool(wick, token, `${slug}__echo`, { text }));
      await othersAnswer();
      for (const { body } of await Promise.all(all)) {
        assert.equal(body.result.isError, true);
        assert.match(body.result.content[0].text, /did not answer within 1 seconds|does not read its input/);
      }
    }
  });
  assert.match(await deaf, /did not answer/);
  assert.ok(growth < 100 * megabyte, `it took ${growth} bytes`);
});

// ---- what it is kept from

test("a program is given of Wick’s environment what it needs to run, what is configured, and nothing else", async () => {
  const { call } = await connect(commandOf("modern"), { environment: ["GREETING=hello = world", "EMPTY="] });
  const { structuredContent: environment } = await call("environment");
  const inherited = ["PATH", "HOME", "USER", "LOGNAME", "LANG", "LC_ALL", "TZ", "TMPDIR"].filter(
    (name) => process.env[name] !== undefined,
  );
  assert.deepEqual(environment, {
    ...Object.fromEntries(inherited.map((name) => [name, process.env[name]])),
    GREETING: "hello = world",
    EMPTY: "",
  });
  assert.equal(environment.LC_ALL, "C.UTF-8");
});

test("what is configured for a program wins over what it would inherit", async () => {
  const { call } = await connect(commandOf("modern"), {
    environment: ["TZ=UTC", "PATH=/nowhere", "API_KEY=an old one"],
    auth: "environment",
    auth_name: "API_KEY",
    secret: "the-new-one",
  });
  const { TZ, PATH, API_KEY } = (await call("environment")).structuredContent;
  assert.deepEqual({ TZ, PATH, API_KEY }, { TZ: "UTC", PATH: "/nowhere", API_KEY: "***" });
});

test("a program has only its three streams open, no blocked signals and its own process group", async () => {
  const { refreshed } = await connect(
    `/bin/sh -c 'for one in /proc/$$/fd/*; do [ -e "$one" ] && echo "[\${one##*/}]" >&2; done; exit 1'`,
  );
  assert.match(
    refreshed.body.error.message,
    /ended with the status 1\. Its standard error ends with "\[0\]\s*.?\[1\]\s*.?\[2\]\s*.?\[0\]\s*.?\[1\]\s*.?\[2\]"\.$/s,
  );
  const { said } = await connect("node " + commandOf("modern").split(" ").slice(1).join(" "));
  const pid = Number(await said("who"));
  assert.deepEqual([statusOf(pid, "SigBlk"), BigInt(`0x${statusOf(pid, "ShdPnd")}`)], ["0000000000000000", 0n]);
  const group = (of) => fs.readFileSync(`/proc/${of}/stat`, "utf8").split(") ").at(-1).split(" ")[2];
  assert.deepEqual([group(pid), group(pid) === group(wick.process.pid)], [String(pid), false]);
  const open = (of) =>
    fs.readdirSync(`/proc/${of}/fd`).flatMap((fd) => {
      try {
        return [fs.readlinkSync(`/proc/${of}/fd/${fd}`)].filter(
          (target) => !target.startsWith("anon_inode:") && !target.startsWith("/dev/"),
        );
      } catch {
        return [];
      }
    });
  const ofWicks = new Set(open(wick.process.pid));
  assert.equal(
    open(pid).filter((target) => ofWicks.has(target)).length,
    3,
    "its streams, and no file, socket or pipe besides",
  );
});

test("no shell reads the command: what one would compute is refused, the rest is passed as it is", async () => {
  for (const [words, passed] of [
    ["*.mjs ?? ~ {a,b} !! %PATH% #x =y", ["*.mjs", "??", "~", "{a,b}", "!!", "%PATH%"]],
    [
      `'$HOME' '; touch x' '| cat' '\`id\`' '$(id)' "two words" a\\ b ''`,
      ["$HOME", "; touch x", "| cat", "`id`", "$(id)", "two words", "a b", ""],
    ],
  ]) {
    const { call } = await connect(`${commandOf("modern", "--")} ${words}`);
    const got = (await call("words")).structuredContent.words.slice(2);
    assert.deepEqual(got.slice(0, passed.length), passed);
  }
  for (const words of [
    "$HOME",
    "${HOME}",
    "${HOME:-x}",
    "$(id)",
    "`id`",
    '"$HOME"',
    '"`id`"',
    "; id",
    "&& id",
    "|| id",
    "| cat",
    "& id",
    "> file",
    "< file",
    "2>&1",
    "(id)",
    "'open",
    '"open',
  ]) {
    const { status, body } = await admin.post("/admin/connectors", {
      kind: "mcp",
      label: `shell ${++made}`,
      config: { command: `node ${words}` },
    });
    assert.equal(status, 400, words);
    assert.doesNotMatch(body.error.message, /curl/i, words);
  }
  for (const environment of [["no name"], ["=x"], ["1A=x"], ["A B=x"], ["A\u0000=x"], [7]]) {
    const { status } = await admin.post("/admin/connectors", {
      kind: "mcp",
      label: `variables ${++made}`,
      config: { command: "node", environment },
    });
    assert.equal(status, 400, JSON.stringify(environment));
  }
});

test("a program gets its secret in a variable, and the secret is removed from all its output", async () => {
  const secret = "sesame+open/4711=";
  remember("secrets", secret);
  const log = newLog();
  const { id, slug, call, said } = await connect(commandOf("legacy", "--log", log.file), {
    auth: "environment",
    auth_name: "API_KEY",
    secret,
  });
  const pid = Number(await said("who"));
  assert.ok(fs.readFileSync(`/proc/${pid}/environ`, "utf8").split("\0").includes(`API_KEY=${secret}`));
  assert.equal((await call("environment")).structuredContent.API_KEY, "***");
  assert.equal(await said("echo", { text: "it is {API_KEY}" }), "echo: it is ***");
  const refused = await call("refuse", { words: "no, {API_KEY} is wrong" });
  assert.ok(
    !JSON.stringify(refused).includes(secret) && JSON.stringify(refused).includes("no, *** is wrong"),
    JSON.stringify(refused),
  );

  const died = await call("die", { words: "cannot connect with {API_KEY}" });
  assert.equal(died.content[0].text, "The MCP server's process ended with the status 3.");
  const waiting = await call("who");
  assert.ok(!JSON.stringify(waiting).includes(secret), JSON.stringify(waiting));

  const shown = await admin.get(`/admin/connectors/${id}`);
  assert.deepEqual([shown.body.config.secret, shown.text.includes(secret)], [{ set: true }, false], "its health too");
  assert.equal(shown.body.stderr, "cannot connect with ***\n");
  assert.ok(!(await admin.get(`/runs?connector=${id}`)).text.includes(secret), "the record too");
  for (const args of [
    ["connector", "show", slug.replace("_", " ")],
    ["connector", "list"],
  ]) {
    for (const more of [[], ["--json"]]) assert.ok(!wick.cli([...args, ...more]).stdout.includes(secret));
  }
});

test("a secret that is shown in part where a program’s words are shortened is cut out as well", async () => {
  const secret = "partial-sesame-open-4711";
  remember("secrets", secret);
  const { id, said } = await connect(commandOf("modern"), { auth: "environment", auth_name: "API_KEY", secret });
  const parts = [secret.slice(0, 10), secret.slice(-10)];
  // The beginning of an error, and the end of standard error, are what is repeated.
  const errors = [
    await said("refuse", { words: `${"x".repeat(488)}{API_KEY}` }),
    await said("die", { words: `{API_KEY}${"x".repeat(288)}` }),
  ];
  errors.push((await admin.get(`/admin/connectors/${id}`)).body.stderr);
  await said("die", { words: `{API_KEY}${"x".repeat(16 * 1024 - 12)}` });
  errors.push((await admin.get(`/admin/connectors/${id}`)).body.stderr);
  for (const text of errors) {
    assert.ok(!parts.some((part) => text.includes(part)), text);
  }
});

test("a secret that a program writes in a notification is cut out of it", async () => {
  const secret = "notified-4711";
  remember("secrets", secret);
  const { slug } = await connect(commandOf("legacy"), { auth: "environment", auth_name: "API_KEY", secret });
  const { text } = await modern(wick, token, "tools/call", {
    name: `${slug}__tell`,
    arguments: {},
    _meta: { "io.modelcontextprotocol/logLevel": "info" },
  });
  assert.match(text, /notifications\/message/);
  assert.ok(!text.includes(secret), text);
});

test("admins see a program's standard error on the connector's page, by the CLI and in the log", async () => {
  const { id, slug, call } = await connect(commandOf("modern"));
  wick.createUser("eve@example.com", "Eve");
  const eve = await wick.signIn("eve@example.com");
  const eves = wick.token("eve@example.com", ["--tools", "direct"]).token;
  await call("complain", { bytes: megabyte, words: "the salary of ANN is 4711" });
  const seen = [
    await callTool(wick, eves, `${slug}__die`, { words: "the salary of ANN is 4712" }),
    await callTool(wick, eves, `${slug}__who`),
    await eve.get("/connectors"),
    await eve.get(`/connectors/${id}`),
    await eve.get("/runs"),
  ];
  for (const { text } of seen) assert.ok(!text.includes("salary") && !text.includes("xxx"), text.slice(0, 1000));
  const page = await admin.get(`/admin/connectors/${id}`);
  assert.match(page.body.stderr, /the salary of ANN is 4711\nthe salary of ANN is 4712\n$/);
  assert.ok(page.body.stderr.length <= 16 * 1024);
  const label = slug.replace("_", " ");
  assert.match(
    (await wick.cliLater(["connector", "show", label])).stdout,
    /standard error:\n(.*\n)* {2}the salary of ANN is 4712\n/,
  );
  await until(async () => {
    const tested = await wick.cliLater([
      "connector",
      "test",
      label,
      "die",
      "--user",
      "ann@example.com",
      "--arguments",
      '{"words":"tested by an admin"}',
    ]);
    return /standard error:\n(.*\n)* {2}tested by an admin\n/.test(tested.stdout);
  });
  await until(() => wick.errors.includes("the salary of ANN is 4712"));
});

test("a program cannot read the sealing key, nor anything else, in the environment of Wick", async () => {
  const { call } = await connect(commandOf("modern"));
  const { environ, memory } = (await call("parent")).structuredContent;
  assert.ok(environ === "EACCES" || /^\0*$/.test(environ), environ.slice(0, 200));
  if (process.getuid() !== 0) assert.equal(memory, "EACCES");
  for (const secret of [ofWick.WICK_SECRET_KEY, ofWick.SOME_PASSWORD]) assert.ok(!environ.includes(secret));
  assert.ok((await call("environment")).structuredContent.PATH, "it is given what it needs");
});

test("a secret on a program’s standard error when it cannot even be asked for its tools is cut out", async () => {
  const secret = "early-4711";
  remember("secrets", secret);
  const { id, slug, refreshed } = await connect(`/bin/sh -c 'echo "bad key $API_KEY" >&2; exit 1'`, {
    auth: "environment",
    auth_name: "API_KEY",
    secret,
  });
  await (await clients["SDK 1.x"](slug)).close();
  await until(() => wick.errors.includes("bad key"));
  assert.ok(!wick.errors.includes(secret), "it is in the log");
  assert.match(refreshed.text, /bad key \*\*\*/);
  assert.ok(!refreshed.text.includes(secret), refreshed.text);
  assert.ok(!(await admin.get(`/admin/connectors/${id}`)).text.includes(secret));
});

// ---- whose it is

test("two users have each their own process of a legacy program, and share that of a modern one", async () => {
  wick.createUser("mia@example.com", "Mia");
  const mias = wick.token("mia@example.com", ["--tools", "direct"]).token;
  for (const era of eras) {
    const log = newLog();
    const { said } = await connect(commandOf(era, "--log", log.file));
    const [ann, mia, annAgain] = [await said("who"), await said("who", {}, mias), await said("who")];
    assert.deepEqual([annAgain === ann, mia === ann], [true, era === "modern"]);
    assert.equal(
      new Set(log.started()).size,
      era === "modern" ? 1 : 3,
      "a legacy one has one for the admin’s list, too",
    );
  }
});

test("a ninth client of a legacy program gets an error that names the limit of eight", async () => {
  const { slug } = await connect(commandOf("legacy"));
  const all = [];
  for (let i = 0; i < 9; ++i) {
    all.push(await clients["SDK 1.x"](slug));
    const { content, isError } = await all.at(-1).callTool({ name: "echo", arguments: { text: String(i) } });
    if (i < 8) assert.equal(content[0].text, `echo: ${i}`);
    else
      assert.deepEqual(
        [isError, /All 8 sessions of this connector are in use/.test(content[0].text)],
        [true, true],
        content[0].text,
      );
  }
  for (const client of all) await client.close();
});

// ---- how it ends

test("by hand: a command that tests a program leaves no process behind", async () => {
  const log = newLog();
  const { slug } = await connect(commandOf("modern", "--log", log.file, "--leaves"));
  const before = log.started();
  const ran = wick.cli([
    "connector",
    "test",
    slug.replace("_", " "),
    "echo",
    "--user",
    "ann@example.com",
    "--arguments",
    '{"text":"hello"}',
  ]);
  assert.deepEqual([ran.code, ran.stdout], [0, "echo: hello\n"], ran.stderr);
  const its = log.started().filter((pid) => !before.includes(pid));
  assert.deepEqual(its.filter(alive), []);
});

// ---- what takes its time, at the same time

// A session of a legacy client that listens to nothing; `call` as its tool call.
async function session(slug) {
  const ask = (method, params, headers = {}, id = 1) =>
    fetch(`${wick.url}/mcp/c/${slug}`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${token}`,
        "content-type": "application/json",
        accept: "application/json, text/event-stream",
        ...headers,
      },
      body: JSON.stringify({ jsonrpc: "2.0", id, method, params }),
    });
  const begun = await ask("initialize", {
    protocolVersion: "2025-11-25",
    capabilities: {},
    clientInfo: { name: "raw", version: "1" },
  });
  const headers = { "mcp-session-id": begun.headers.get("mcp-session-id"), "mcp-protocol-version": "2025-11-25" };
  await begun.text();
  const call = async (name) =>
    (await (await ask("tools/call", { name, arguments: {} }, headers)).json()).result.content[0].text;
  return {
    call,
    who: async () => Number(await call("who")),
    end: () =>
      fetch(`${wick.url}/mcp/c/${slug}`, {
        method: "DELETE",
        headers: { authorization: `Bearer ${token}`, ...headers },
      }),
  };
}

describe("programs that die, hang and will not end", { concurrency: 8 }, () => {
  for (const era of eras) {
    test(`a ${era} program that dies during a call is an error without the text of the program, and is started again`, async () => {
      const log = newLog();
      const { call, said } = await connect(commandOf(era, "--log", log.file));
      const failed = await call("die", { words: "out of \u001b[2Jluck: größer" });
      assert.equal(failed.isError, true);
      assert.equal(failed.content[0].text, "The MCP server's process ended with the status 3.");
      await until(() => wick.errors.includes('Its standard error ends with "out of ?[2Jluck: größer".'));
      await othersAnswer();
      // It did not live long: the next start may have to wait a moment, and then the error says so.
      const again = await until(async () => {
        const text = await said("who");
        if (!/^\d+$/.test(text)) assert.match(text, /ended with the status 3.*It is started again in 1 second\.$/s);
        return /^\d+$/.test(text) && Number(text);
      });
      assert.deepEqual(
        log
          .started()
          .slice(-2)
          .map((pid) => pid === again),
        [false, true],
      );
    });

    test(`a ${era} program that hangs is given up in time and told so, and works on for others`, async () => {
      const log = newLog();
      // Long enough for the other calls on a busy machine.
      const { call, said } = await connect(commandOf(era, "--log", log.file), { timeout_seconds: 5 });
      const hanging = call("hang");
      await until(() => log.heard("tools/call").length === 1);
      assert.equal(await said("echo", { text: "meanwhile" }), "echo: meanwhile");
      const starts = log.started().length;
      const failed = await hanging;
      assert.deepEqual([failed.isError, failed.content[0].text], [true, "The system did not answer within 5 seconds."]);
      const [cancelled] = await until(
        () => log.heard("notifications/cancelled").length > 0 && log.heard("notifications/cancelled"),
      );
      assert.equal(cancelled.params.requestId, log.heard("tools/call")[0].id);
      assert.equal(await said("echo", { text: "still here" }), "echo: still here");
      assert.equal(log.started().length, starts, "it was not restarted for that");
    });

    test(`a ${era} program is told when the client takes its request back`, async () => {
      const log = newLog();
      const { slug } = await connect(commandOf(era, "--log", log.file));
      const client = await clients["SDK 1.x"](slug);
      const gone = new AbortController();
      const waiting = client.callTool({ name: "hang", arguments: {} }, undefined, { signal: gone.signal });
      await until(() => log.heard("tools/call").length === 1);
      gone.abort("changed my mind");
      await assert.rejects(waiting);
      const { id } = log.heard("tools/call")[0];
      await until(
        () => log.heard("notifications/cancelled").some(({ params }) => params.requestId === id),
        2,
        "it was not told",
      );
      await client.close();
    });
  }

  test("a program that dies at once is started ever more rarely, the error says when, and the others go on", async () => {
    const log = newLog();
    const { said } = await connect(commandOf("modern", "--log", log.file, "--dies-if", log.path("broken")));
    fs.writeFileSync(log.path("broken"), "");
    const before = Date.now();
    await said("die");
    const answers = [];
    await until(async () => {
      await othersAnswer();
      answers.push(await said("who"));
      return answers.at(-1).endsWith("It is started again in 4 seconds.");
    });
    for (const text of answers)
      assert.match(
        text,
        /^The MCP server's process ended with the status 3\.( It is started again in [1-4] seconds?\.)?$/,
      );
    assert.ok(answers.some((text) => /in 1 second\.$/.test(text)));
    const [, second, third, ...more] = log.starts().map(({ at }) => at);
    assert.ok(second - before > 950 && third - second > 1950, `after ${second - before} and ${third - second} ms`);
    assert.equal(more.length, 0);
  });

  test("a program that answers nothing at all is given up in time", async () => {
    const { refreshed } = await connect(commandOf("silent"), { timeout_seconds: 1 });
    assert.equal(refreshed.body.error.message, "The system did not answer within 1 seconds.");
  });

  test("a program that closes its output is stopped with a clear error", async () => {
    const log = newLog();
    const { call } = await connect(commandOf("legacy", "--log", log.file));
    const failed = await call("mute");
    assert.equal(failed.isError, true);
    assert.match(failed.content[0].text, /^The MCP server's process closed its output/);
    await until(() => !alive(log.started().at(-1)), 30, "it is still there");
  });

  test("each legacy session has its own process, and above eight the longest idle one ends", async () => {
    const log = newLog();
    const { slug } = await connect(commandOf("legacy", "--log", log.file), { timeout_seconds: 2 });
    const living = () => log.started().filter(alive).length;
    const sessions = [];
    for (let i = 0; i < 9; ++i) sessions.push(await session(slug));
    const pids = [];
    for (const one of sessions.slice(0, 8)) pids.push(await one.who());
    assert.equal(new Set(pids).size, 8);
    assert.equal(await sessions[0].who(), pids[0], "it keeps its own");
    assert.ok((await sessions[8].who()) > 0);
    await until(() => !alive(pids[1]), 30, "the second was idle longest");
    await until(() => living() === 8, 30, "there are too many");
    assert.ok(alive(pids[0]));
    assert.ok(![...pids, NaN].includes(await sessions[1].who()), "it comes back with a new one");

    // All at work: one more is told to wait, and nothing that is under way ends for it.
    const busy = sessions.slice(0, 8).map((one) => one.call("hang"));
    await until(() => log.heard("tools/call").filter(({ params }) => params.name === "hang").length === 8);
    assert.match(await sessions[8].call("who"), /All 8 sessions of this connector are in use/);
    for (const text of await Promise.all(busy)) assert.match(text, /did not answer within 2 seconds/);

    const its = await sessions[0].who();
    assert.equal((await sessions[0].end()).status, 204);
    await until(() => !alive(its), 30, "a session that has ended leaves no process");
  });

  test("removing, changing or turning off a connector ends its processes, even if they ignore SIGTERM", async () => {
    const end = {
      removed: ({ id }) => admin.delete(`/admin/connectors/${id}`),
      changed: ({ id, config }) =>
        admin.patch(`/admin/connectors/${id}`, { config: { ...config, environment: ["A=b"] } }),
      "turned off": ({ id }) => admin.patch(`/admin/connectors/${id}`, { disabled: true }),
    };
    const living = [];
    for (const [how, act] of Object.entries(end)) {
      for (const options of [[], ["--stubborn"]]) {
        const log = newLog();
        const connector = await connect(commandOf("modern", "--log", log.file, ...options));
        const done = await act(connector);
        assert.ok(done.status < 300, done.text);
        living.push([`${how} ${options}`, log.started()[0]]);
      }
    }
    const left = () => living.filter(([, pid]) => alive(pid)).map(([how]) => how);
    await until(() => left().length === 0, 6).catch(() => {});
    assert.deepEqual(left(), [], "these are still there");
  });

  test("Wick stops in good time whatever its programs do, and they and their own processes are gone", async () => {
    const own = await Wick.start();
    const of = {
      wick: own,
      admin: await own.signIn(),
      token: own.token("ann@example.com", ["--tools", "direct"]).token,
    };
    const logs = [];
    let hanging;
    for (const options of [[], ["--stubborn"], ["--leaves"], ["--stubborn", "--leaves"]]) {
      const log = newLog();
      logs.push(log);
      const { refreshed, call } = await connect(
        commandOf("modern", "--log", log.file, ...options),
        { timeout_seconds: 1 },
        of,
      );
      assert.equal(refreshed.status, 200, refreshed.text);
      hanging = call("hang").catch(() => {});
      await until(() => log.heard("tools/call").length === 1);
    }
    const pids = logs.flatMap((log) => [...log.started(), ...log.left()]);
    assert.deepEqual([pids.length, pids.filter(alive).length], [6, 6]);
    const began = Date.now();
    await own.stop();
    assert.ok(Date.now() - began < 8000, `it took ${Date.now() - began} ms`);
    await hanging;
    await until(() => !pids.some(alive), 30, "some are left");
  });

  test("a process that nobody has used for long ends, and one that is listened to stays", async () => {
    const own = await Wick.start({ args: ["--set", "connectors.idle_seconds=1"] });
    const of = {
      wick: own,
      admin: await own.signIn(),
      token: own.token("ann@example.com", ["--tools", "direct"]).token,
    };
    const [idle, listened] = [newLog(), newLog()];
    const first = await connect(commandOf("legacy", "--log", idle.file), {}, of);
    const second = await connect(commandOf("legacy", "--log", listened.file), {}, of);
    const client = new Client1({ name: "listens", version: "1" });
    await client.connect(
      new Transport1(new URL(`${own.url}/mcp/c/${second.slug}`), {
        requestInit: { headers: { Authorization: `Bearer ${of.token}` } },
      }),
    );
    await first.said("who");
    await client.callTool({ name: "who", arguments: {} });
    // Both were also asked for their tools, without a client.
    await until(() => !idle.started().some(alive), 30, "it does not end");
    await until(() => listened.started().filter(alive).length === 1, 30, "the one that is listened to");
    assert.equal((await first.call("who")).isError, undefined);
    assert.equal(idle.started().filter(alive).length, 1);
    await client.close();
    await own.stop();
  });

  test("a Wick that is killed takes its programs with it", async () => {
    const own = await Wick.start();
    const of = {
      wick: own,
      admin: await own.signIn(),
      token: own.token("ann@example.com", ["--tools", "direct"]).token,
    };
    const logs = [newLog(), newLog()];
    await connect(commandOf("modern", "--log", logs[0].file, "--stubborn"), {}, of);
    await connect(commandOf("legacy", "--log", logs[1].file), {}, of);
    const pids = logs.flatMap((log) => log.started());
    assert.ok(pids.length >= 2 && pids.every(alive));
    await own.kill();
    await until(() => !pids.some(alive), 30, "some are left");
  });
});
