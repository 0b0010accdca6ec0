// What a connected MCP server says and asks while a request runs, between servers and clients of both eras: it reaches
// the client that made the request, and nobody else.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { connectClient, messagesOf, postLegacy, postModern, startTalkative } from "../lib/conversation.mjs";
import { listen } from "../lib/upstream.mjs";
import { Wick, post, until } from "../lib/wick.mjs";

const eras = ["2025-11-25", "2026-07-28"];
const transports = ["http", "stdio"];
const [legacy, modern] = eras;

let wick, admin, token, bobs;
const servers = {};
const open = [];
const nameOf = (era, transport) => `server of ${era} over ${transport}`;
const slugOf = (era, transport) => `of_${era.replaceAll("-", "_")}_${transport}`;

async function connect(label, config) {
  const made = await admin.post("/admin/connectors", {
    kind: "mcp",
    label,
    config: { timeout_seconds: 20, ...config },
  });
  assert.equal(made.status, 201, made.text);
  const refreshed = await admin.post(`/admin/connectors/${made.body.id}/refresh`, {});
  assert.equal(refreshed.status, 200, refreshed.text);
  return made.body.id;
}

before(async () => {
  wick = await Wick.start({ args: ["--set", "connectors.commands_from_web=true"] });
  admin = await wick.signIn();
  token = wick.token("ann@example.com", ["--tools", "direct"]).token;
  wick.createUser("bob@example.com", "Bob");
  bobs = wick.token("bob@example.com", ["--tools", "direct"]).token;
  for (const era of eras) {
    for (const transport of transports) {
      const server = await startTalkative(era, transport);
      open.push(server);
      const slug = slugOf(era, transport);
      servers[slug] = {
        ...server,
        era,
        transport,
        slug,
        view: `${wick.url}/mcp/c/${slug}`,
        id: await connect(slug.replaceAll("_", " "), server.config),
      };
    }
  }
});
after(async () => {
  open.forEach((one) => one.close());
  await wick.stop();
});

const clients = [];
async function client(era, url, bearer = token, options = {}) {
  const made = await connectClient(era, url, bearer, options);
  clients.push(made);
  return made;
}
test.afterEach(async () => {
  await Promise.all(clients.splice(0).map((one) => one.close()));
});

// One test for each pair of a client's and a server's era, over each transport of the server.
function between(title, run, { clientEras = eras, serverEras = eras } = {}) {
  for (const serverEra of serverEras) {
    for (const transport of transports) {
      for (const clientEra of clientEras) {
        test(`${title}: client of ${clientEra}, ${nameOf(serverEra, transport)}`, { timeout: 40_000 }, async () => {
          const server = servers[slugOf(serverEra, transport)];
          await run({ server, clientEra, mark: server.journal.mark() });
        });
      }
    }
  }
}

const said = (result) => JSON.parse(result.content[0].text);
const runsOf = async (server, mark) => {
  await server.caughtUp();
  return server.journal.since(mark, ({ what }) => what === "ran");
};
const lastRun = async (server) => (await admin.get(`/runs?connector=${server.id}&limit=1`)).body.items[0];
const holding = (server, name) =>
  server.journal.next((entry) => entry.what === "holding" && entry.name === name, { what: `call ${name}` });
let names = 0;
const fresh = () => `call-${++names}`;

// ---- questions

for (const [action, answer] of [
  ["accepted", { action: "accept", content: { name: "Ann" } }],
  ["declined", { action: "decline" }],
  ["cancelled", { action: "cancel" }],
]) {
  between(`the server gets the client's answer when a question is ${action}`, async ({ server, clientEra, mark }) => {
    const one = await client(clientEra, server.view, token, { answer: { "elicitation/create": async () => answer } });
    assert.deepEqual(said(await one.call("interview")), { name: answer });
    const [question, ...more] = one.questions();
    assert.equal(more.length, 0, "asked once");
    assert.deepEqual(
      [question.params.message, question.params.requestedSchema.properties],
      ["What is your name?", { name: { type: "string" } }],
    );
    assert.equal(
      (await runsOf(server, mark)).length,
      server.era === legacy ? 1 : 2,
      "an old server’s call runs once, a new one’s is made again",
    );
  });
}

const everything = {
  name: { action: "accept", content: { name: "my name" } },
  color: { action: "accept", content: { color: "my color" } },
  capital: { model: "m", role: "assistant", content: { type: "text", text: "Paris" } },
  roots: { roots: [{ uri: "file:///home", name: "home" }] },
};
between("the client answers elicitation, sampling and roots", async ({ server, clientEra, mark }) => {
  const one = await client(clientEra, server.view);
  assert.deepEqual(
    said(await one.call("interview", { rounds: [["name"], ["capital", "roots"], ["color"]] })),
    everything,
  );
  assert.deepEqual(
    one
      .questions()
      .map(({ method }) => method)
      .sort(),
    ["elicitation/create", "elicitation/create", "roots/list", "sampling/createMessage"],
  );
  const asked = one.questions().find(({ method }) => method === "sampling/createMessage").params;
  assert.deepEqual([asked.messages[0].content.text, asked.maxTokens], ["What is the capital of France?", 10]);
  assert.equal((await runsOf(server, mark)).length, server.era === legacy ? 1 : 4);
  assert.equal((await lastRun(server)).status, "ok");
});

between(
  "questions reach the client through the direct tool and through wick_execute, too",
  async ({ server, clientEra }) => {
    const one = await client(clientEra, `${wick.url}/mcp`);
    const expected = { name: everything.name, capital: everything.capital };
    assert.deepEqual(said(await one.call(`${server.slug}__interview`, { rounds: [["name"], ["capital"]] })), expected);
    const searching = await client(
      clientEra,
      `${wick.url}/mcp`,
      wick.token("ann@example.com", ["--tools", "meta"]).token,
    );
    const toolId = `conn:${server.id}/interview`;
    assert.deepEqual(
      said(await searching.call("wick_execute", { tool_id: toolId, arguments: { rounds: [["name"], ["capital"]] } })),
      expected,
    );
    assert.equal(searching.questions().length, 2);
  },
);

between("a prompt and a resource that ask are answered", async ({ server, clientEra }) => {
  const { client: one } = await client(clientEra, server.view);
  const prompt = await one.getPrompt({ name: "interview" });
  assert.deepEqual(JSON.parse(prompt.messages[0].content.text), { name: everything.name });
  const resource = await one.readResource({ uri: "talk://interview" });
  assert.deepEqual(JSON.parse(resource.contents[0].text), { name: everything.name });
});

between(
  "a client’s error is the answer that the server gets, or the call’s clear end",
  async ({ server, clientEra }) => {
    const refuses = async () => {
      throw new Error("I would rather not");
    };
    const one = await client(clientEra, server.view, token, { answer: { "elicitation/create": refuses } });
    if (clientEra === modern) {
      await assert.rejects(one.call("interview"), /rather not/, "its SDK does not go on");
    } else if (server.era === legacy) {
      assert.match(said(await one.call("interview")).name.error, /rather not/);
    } else {
      const result = await one.call("interview");
      assert.match(`${result.isError} ${result.content[0].text}`, /^true .*declined to answer.*rather not/);
    }
  },
);

between(
  "a client gets no request that it cannot answer, and the server gets an error",
  async ({ server, clientEra, mark }) => {
    const one = await client(clientEra, server.view, token, { capabilities: { roots: {} } });
    const outcome = await one.call("interview", { rounds: [["roots"], ["name"]] }).then(
      (result) => result,
      (error) => error,
    );
    if (server.era === legacy) {
      const { name, roots } = said(outcome);
      assert.deepEqual([roots, name.code], [everything.roots, -32601]);
      assert.match(name.error, /no method "elicitation\/create"/);
    } else {
      assert.equal(outcome.code, -32021, "MissingRequiredClientCapability, as the SDK of the server says it");
      assert.ok(outcome.data?.requiredCapabilities?.elicitation, JSON.stringify(outcome.data));
    }
    assert.deepEqual(
      one.questions().map(({ method }) => method),
      ["roots/list"],
    );
    assert.equal((await runsOf(server, mark)).length, server.era === legacy ? 1 : 2);
  },
);

// A server of 2026-07-28 that asks for whatever it likes; the SDK’s does not.
async function brazen(inputRequests) {
  const upstream = await listen((request, response, body) => {
    const { id, method } = JSON.parse(body);
    const result = {
      "server/discover": { supportedVersions: [modern], capabilities: { tools: {} } },
      "tools/list": { tools: [{ name: "ask", inputSchema: { type: "object" } }] },
      "tools/call": { resultType: "input_required", inputRequests, requestState: "s" },
    }[method];
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ jsonrpc: "2.0", id, result }));
  });
  open.push(upstream);
  return upstream;
}
for (const clientEra of eras) {
  test(`a brazen server’s question for what a client of ${clientEra} has not declared does not reach it`, async () => {
    const label = `Brazen ${clientEra.slice(0, 4)}`;
    const sample = { method: "sampling/createMessage", params: { messages: [], maxTokens: 1 } };
    const upstream = await brazen({ one: { method: "roots/list" }, two: sample });
    const id = await connect(label, { url: upstream.url, allow_private_addresses: true });
    const one = await client(clientEra, `${wick.url}/mcp/c/${id}`, token, { capabilities: { roots: {} } });
    const result = await one.call("ask");
    assert.equal(result.isError, true);
    assert.match(result.content[0].text, /asks for "sampling\/createMessage", which this client has not declared/);
    assert.equal(one.questions().length, 0);
  });
  test(`a server that never stops asking a client of ${clientEra} is given up`, async () => {
    const upstream = await brazen({ one: { method: "roots/list" } });
    const id = await connect(`Endless ${clientEra.slice(0, 4)}`, { url: upstream.url, allow_private_addresses: true });
    const one = await client(clientEra, `${wick.url}/mcp/c/${id}`);
    if (clientEra === modern) return assert.rejects(one.call("ask"), /round/, "its own SDK does so");
    const result = await one.call("ask");
    assert.match(result.content[0].text, /asks more than 10 times/);
    assert.equal(one.questions().length, 10);
  });
}

// ---- retries of the modern era, at an old server: only who was asked goes on, and once

async function answerOf(response) {
  const messages = [];
  for await (const message of messagesOf(await response)) messages.push(message);
  return messages.at(-1);
}
const ask = (server, bearer = token, more = {}, method = "tools/call", params = { name: "interview", arguments: {} }) =>
  answerOf(postModern(server.view, bearer, method, { ...params, ...more }));
const answersFor = ({ inputRequests }, answer = everything.name) =>
  Object.fromEntries(Object.keys(inputRequests).map((key) => [key, answer]));
const retryOf = ({ result }, answer) => ({
  inputResponses: answersFor(result, answer),
  requestState: result.requestState,
});
const isRefused = (answer, what) => {
  const words = answer.error?.message ?? answer.result.content[0].text;
  assert.ok(answer.error || answer.result.isError, `${what}: ${JSON.stringify(answer)}`);
  assert.match(words, /The request for this response has expired: make the request again from the beginning/, what);
};

for (const transport of transports) {
  const kind = nameOf(legacy, transport);
  const here = () => servers[slugOf(legacy, transport)];

  test(`${kind}: its question is an InputRequiredResult, and the retry goes on with the same call`, async () => {
    const mark = here().journal.mark();
    const first = await ask(here());
    assert.equal(first.result.resultType, "input_required");
    assert.deepEqual(
      Object.values(first.result.inputRequests).map(({ method, params }) => [method, params.message]),
      [["elicitation/create", "What is your name?"]],
    );
    const unanswered = await ask(here(), token, { requestState: first.result.requestState });
    assert.equal(unanswered.result.resultType, "input_required", "without an answer it is asked again");
    assert.deepEqual(unanswered.result.inputRequests, first.result.inputRequests);
    const done = await ask(here(), token, retryOf(unanswered));
    assert.equal(done.result.resultType, "complete");
    assert.deepEqual(said(done.result), { name: everything.name });
    assert.equal((await runsOf(here(), mark)).length, 1);
  });

  test(`${kind}: a thief’s retry is refused, whoever and wherever, and takes nothing from who was asked`, async () => {
    const mark = here().journal.mark();
    const other =
      servers[
        slugOf(
          legacy,
          transports.find((one) => one !== transport),
        )
      ];
    const first = await ask(here());
    const stolen = retryOf(first, { action: "accept", content: { name: "thief" } });
    const attempts = {
      "another user": [here(), bobs],
      "another tool": [here(), token, { name: "another", arguments: {} }],
      "another connector": [other, token],
      "a state that was made up": [here(), token, { requestState: `wick.${"0".repeat(48)}` }],
      "a state with more behind it": [here(), token, { requestState: `${stolen.requestState}0` }],
      "a state without its end": [here(), token, { requestState: stolen.requestState.slice(0, -1) }],
      "the prefix alone": [here(), token, { requestState: "wick." }],
    };
    for (const [what, [where, bearer, more]] of Object.entries(attempts))
      isRefused(await ask(where, bearer, { ...stolen, ...more }), what);
    isRefused(await ask(here(), token, stolen, "prompts/get", { name: "interview" }), "a prompt of the same name");
    isRefused(await ask(here(), token, stolen, "resources/read", { uri: "interview" }), "a resource of the same name");
    assert.equal((await runsOf(here(), mark)).length, 1, "nobody began anything");
    const done = await ask(here(), token, retryOf(first));
    assert.deepEqual(said(done.result), { name: everything.name });
    isRefused(await ask(here(), token, retryOf(first)), "twice");
  });

  test(`${kind}: of two retries at once one goes on`, async () => {
    const mark = here().journal.mark();
    for (let i = 0; i < 10; ++i) {
      const first = await ask(here());
      const both = await Promise.all([1, 2].map(() => ask(here(), token, retryOf(first))));
      const refused = both.filter(({ error, result }) => error ?? result.isError);
      assert.equal(refused.length, 1, JSON.stringify(both));
      isRefused(refused[0], "the second");
    }
    assert.equal((await runsOf(here(), mark)).length, 10);
  });

  test(`${kind}: a credential that may not make the call cannot go on with it`, async () => {
    const first = await ask(here());
    const narrow = wick.token("ann@example.com", ["--connector", "Notes"], "narrow").token;
    const response = await postModern(here().view, narrow, "tools/call", {
      name: "interview",
      arguments: {},
      ...retryOf(first),
    });
    assert.equal(response.status, 404);
    const direct = await answerOf(
      postModern(`${wick.url}/mcp`, narrow, "tools/call", {
        name: `${here().slug}__interview`,
        arguments: {},
        ...retryOf(first),
      }),
    );
    assert.ok(direct.error ?? direct.result.isError, JSON.stringify(direct));
    assert.ok(!JSON.stringify(direct).includes("my name"));
    assert.deepEqual(said((await ask(here(), token, retryOf(first))).result), { name: everything.name });
  });

  test(`${kind}: a prompt’s and a resource’s question can be answered by who was asked alone`, async () => {
    for (const [method, params, textOf] of [
      ["prompts/get", { name: "interview" }, ({ messages }) => messages[0].content.text],
      ["resources/read", { uri: "talk://interview" }, ({ contents }) => contents[0].text],
    ]) {
      const first = await ask(here(), token, {}, method, params);
      assert.equal(first.result.resultType, "input_required");
      isRefused(await ask(here(), bobs, retryOf(first), method, params), `${method} by another user`);
      const done = await ask(here(), token, retryOf(first), method, params);
      assert.deepEqual(JSON.parse(textOf(done.result)), { name: everything.name });
      isRefused(await ask(here(), token, retryOf(first), method, params), `${method} twice`);
    }
  });

  test(`${kind}: a question asked of a legacy client cannot be answered by another`, async () => {
    let shown;
    const asked = new Promise((resolve) => (shown = resolve));
    let give;
    const given = new Promise((resolve) => (give = resolve));
    const one = await client(legacy, here().view, token, { answer: { "elicitation/create": () => (shown(), given) } });
    // The id of the question as it stands on the wire.
    let wire;
    const { onmessage } = one.transport;
    one.transport.onmessage = (message, ...more) => {
      if (message.method === "elicitation/create") wire = message.id;
      return onmessage.call(one.transport, message, ...more);
    };
    const call = one.call("interview");
    await asked;
    const forged = { id: wire, result: { action: "accept", content: { name: "thief" } } };
    const { sessionId } = one.transport;
    const bob = await client(legacy, here().view, bobs);
    const ann = await client(legacy, here().view);
    assert.equal((await postLegacy(here().view, bobs, forged)).status, 202, "what nobody waits for is dropped");
    assert.equal((await postLegacy(here().view, bobs, forged, { session: bob.transport.sessionId })).status, 202);
    assert.equal(
      (await postLegacy(here().view, bobs, forged, { session: sessionId })).status,
      404,
      "the session is another’s",
    );
    assert.equal(
      (await postLegacy(here().view, token, forged, { session: ann.transport.sessionId })).status,
      202,
      "nor by another session of the same user",
    );
    give(everything.name);
    assert.deepEqual(said(await call), { name: everything.name });
  });
}

// To a server of 2026-07-28 all users of Wick are one: it cannot see who comes back with a state that is another's.
for (const transport of transports) {
  test(`${nameOf(modern, transport)}: the state of one user’s request is of no use to another`, async () => {
    const server = servers[slugOf(modern, transport)];
    const params = { name: "interview", arguments: { rounds: [["name"], ["color"]] } };
    const first = await ask(server, token, {}, "tools/call", params);
    const second = await ask(
      server,
      token,
      retryOf(first, { action: "accept", content: { name: "what Ann said" } }),
      "tools/call",
      params,
    );
    assert.deepEqual(Object.keys(second.result.inputRequests), ["color"]);
    const stolen = await ask(server, bobs, retryOf(second, everything.color), "tools/call", params);
    assert.ok(!JSON.stringify(stolen).includes("what Ann said"), JSON.stringify(stolen));
    const done = await ask(server, token, retryOf(second, everything.color), "tools/call", params);
    assert.deepEqual(said(done.result), {
      name: { action: "accept", content: { name: "what Ann said" } },
      color: everything.color,
    });
  });
}

// ---- progress and log messages

between("requested progress arrives in order, before the result", async ({ server, clientEra }) => {
  const one = await client(clientEra, server.view);
  const tokens = [];
  const { onmessage } = one.transport;
  one.transport.onmessage = (message, ...more) => {
    if (message.method === "notifications/progress") tokens.push(message.params.progressToken);
    return onmessage.call(one.transport, message, ...more);
  };
  const name = fresh();
  const call = one.call("hold", { name }, { progress: true });
  await holding(server, name);
  for (let i = 1; i <= 3; ++i) {
    server.steer({ to: name, progress: { progress: i, total: 3, message: `step ${i}` } });
    await one.heard.next(({ what, progress }) => what === "progress" && progress.progress === i, {
      what: `progress ${i} while the call runs`,
    });
  }
  server.steer({ to: name, finish: "done" });
  assert.equal((await call).content[0].text, "done");
  assert.deepEqual(
    one.heard.since(0).map(({ progress }) => progress),
    [1, 2, 3].map((i) => ({ progress: i, total: 3, message: `step ${i}` })),
  );
  assert.equal(new Set(tokens).size, 1);
  const silent = fresh();
  const quiet = one.call("hold", { name: silent });
  await holding(server, silent);
  server.steer({ to: silent, progress: { progress: 1 } });
  server.steer({ to: silent, finish: "done" });
  await quiet;
  assert.equal(one.heard.entries.length, 3);
  assert.deepEqual(
    one.heard.since(0, ({ what }) => what === "notification"),
    [],
  );
});

for (const clientEra of eras) {
  for (const progressToken of ['my "own" tökén', 0]) {
    test(`a progress token of a client of ${clientEra} comes back as it was: ${JSON.stringify(progressToken)}`, async () => {
      for (const server of Object.values(servers)) {
        const name = fresh();
        const params = { name: "hold", arguments: { name } };
        const response =
          clientEra === modern
            ? await Promise.all([
                postModern(server.view, token, "tools/call", params, { meta: { progressToken } }),
                steps(server, name),
              ])
            : await Promise.all([
                postLegacy(server.view, token, {
                  id: "x",
                  method: "tools/call",
                  params: { ...params, _meta: { progressToken } },
                }),
                steps(server, name),
              ]);
        const messages = [];
        for await (const message of messagesOf(response[0])) messages.push(message);
        assert.deepEqual(
          messages.map(({ method, params: its }) => [method, its?.progressToken]),
          [
            ["notifications/progress", progressToken],
            [undefined, undefined],
          ],
          server.slug,
        );
      }
    });
  }
}
async function steps(server, name) {
  await holding(server, name);
  server.steer({ to: name, progress: { progress: 1 } });
  server.steer({ to: name, finish: "done" });
}

const logLine = (level) => ({ log: { level, logger: "test", data: { line: level } } });
async function logs(server, one, options = {}) {
  const name = fresh();
  const before = one.logs().length;
  const call = one.call("hold", { name }, options);
  await holding(server, name);
  for (const level of ["debug", "info", "error"]) server.steer({ ...logLine(level), to: name });
  server.steer({ to: name, finish: "done" });
  await call;
  return one
    .logs()
    .slice(before)
    .map(({ line }) => line);
}
between(
  "a modern client gets the log messages that a request asks for, and none when it asks for none",
  async ({ server, clientEra }) => {
    const one = await client(clientEra, server.view);
    assert.deepEqual(await logs(server, one), []);
    assert.deepEqual(await logs(server, one, { level: "info" }), ["info", "error"]);
    assert.deepEqual(await logs(server, one, { level: "debug" }), ["debug", "info", "error"]);
    assert.deepEqual(
      await logs(server, one, { level: "error" }),
      ["error"],
      "another request of the user has wanted more",
    );
    assert.deepEqual(await logs(server, one), [], "and this one nothing");
    const [first] = one.heard.since(0, ({ method }) => method === "notifications/message");
    assert.deepEqual([first.params.level, first.params.logger], ["info", "test"]);
  },
  { clientEras: [modern] },
);

between(
  "a legacy client gets the log messages of the level it has set",
  async ({ server, clientEra }) => {
    const one = await client(clientEra, server.view);
    await one.client.setLoggingLevel("info");
    assert.deepEqual(await logs(server, one), ["info", "error"]);
    await one.client.setLoggingLevel("debug");
    assert.deepEqual(await logs(server, one), ["debug", "info", "error"]);
    await one.client.setLoggingLevel("error");
    assert.deepEqual(await logs(server, one), ["error"]);
    const other = await client(clientEra, server.view);
    await other.client.setLoggingLevel("debug");
    assert.deepEqual(await logs(server, one), ["error"], "another session’s level is its own");
  },
  { clientEras: [legacy] },
);

between("progress and log messages pass through the direct tool and wick_execute", async ({ server, clientEra }) => {
  for (const [how, bearer] of [
    ["direct", token],
    ["meta", wick.token("ann@example.com", ["--tools", "meta"]).token],
  ]) {
    const one = await client(clientEra, `${wick.url}/mcp`, bearer);
    const name = fresh();
    const options = { progress: true, ...(clientEra === modern && { level: "info" }) };
    const call =
      how === "direct"
        ? one.call(`${server.slug}__hold`, { name }, options)
        : one.call("wick_execute", { tool_id: `conn:${server.id}/hold`, arguments: { name } }, options);
    await holding(server, name);
    server.steer({ to: name, progress: { progress: 1 } });
    await one.heard.next(({ what }) => what === "progress");
    if (clientEra === modern) {
      server.steer({ ...logLine("error"), to: name });
      await one.heard.next(({ method }) => method === "notifications/message");
    }
    server.steer({ to: name, finish: "done" });
    assert.equal((await call).content[0].text, "done", how);
  }
});

// ---- taking a request back

between(
  "a request that its client cancels is cancelled at the server and recorded as cancelled",
  async ({ server, clientEra }) => {
    for (const inTheMiddle of [false, true]) {
      const mark = server.journal.mark();
      const one = await client(clientEra, server.view);
      const name = fresh();
      const taken = new AbortController();
      const call = one.call("hold", { name }, { progress: true, signal: taken.signal });
      const { id } = await holding(server, name);
      if (inTheMiddle) {
        server.steer({ to: name, progress: { progress: 1 } });
        await one.heard.next(({ what }) => what === "progress");
      }
      taken.abort("enough");
      await assert.rejects(call);
      await server.journal.next((entry) => entry.what === "aborted" && entry.name === name, {
        what: "cancellation at the server",
      });
      await server.caughtUp();
      const told = server.journal.since(
        mark,
        ({ what, message }) =>
          what === "request" && message?.method === "notifications/cancelled" && message.params.requestId === id,
      );
      assert.equal(
        told.length,
        server.era === legacy || server.transport === "stdio" ? 1 : 0,
        "with the server’s own id; over HTTP a new one sees its stream close",
      );
      const run = await until(
        async () => {
          const last = await lastRun(server);
          return last?.operation === "hold" && JSON.stringify(last).includes("cancelled") && last;
        },
        10,
        `it is not on record as cancelled: ${JSON.stringify(await lastRun(server))}`,
      );
      assert.equal(run.status, "cancelled");
      assert.equal((await one.call("mirror")).content.length, 1, "the connection goes on");
    }
  },
);

for (const era of eras) {
  for (const transport of transports) {
    test(`a test run is cancelled at the server when its page is closed: ${nameOf(era, transport)}`, async () => {
      const server = servers[slugOf(era, transport)];
      const name = fresh();
      assert.equal((await admin.post(`/admin/connectors/${server.id}/refresh`, {})).status, 200);
      assert.equal((await admin.post(`/connectors/${server.id}/operations/mirror/run`, { arguments: {} })).status, 200);
      const mark = server.journal.mark();
      const before = await lastRun(server);
      const page = new AbortController();
      const run = fetch(`${wick.url}/api/v1/connectors/${server.id}/operations/hold/run`, {
        method: "POST",
        signal: page.signal,
        body: JSON.stringify({ arguments: { name } }),
        headers: { "content-type": "application/json", origin: wick.url, cookie: admin.cookie },
      }).then(
        () => assert.fail("it was answered"),
        () => {},
      );
      await holding(server, name);
      page.abort();
      await run;
      assert.deepEqual(
        server.journal.since(mark, ({ message }) => message?.method === "initialize"),
        [],
        "it shares the session of the test run before",
      );
      await server.journal.next((entry) => entry.what === "aborted" && entry.name === name, {
        what: "cancellation at the server",
      });
      await until(
        async () => {
          const last = await lastRun(server);
          return (
            last !== undefined && last.id !== before?.id && last.operation === "hold" && last.status === "cancelled"
          );
        },
        10,
        "it is not on record as cancelled",
      );
    });
  }
}

between(
  "a request that is cancelled while its question waits is cancelled at the server",
  async ({ server, clientEra }) => {
    let shown;
    const asked = new Promise((resolve) => (shown = resolve));
    const one = await client(clientEra, server.view, token, {
      answer: { "elicitation/create": () => (shown(), new Promise(() => {})) },
    });
    const name = fresh();
    const taken = new AbortController();
    const call = one.call("hold", { name }, { signal: taken.signal });
    await holding(server, name);
    server.steer({ to: name, ask: "name" });
    await asked;
    taken.abort("enough");
    await assert.rejects(call);
    await server.journal.next((entry) => entry.what === "aborted" && entry.name === name, {
      what: "cancellation at the server",
    });
  },
  { clientEras: [legacy], serverEras: [legacy] },
);

between(
  "a modern client that goes away has taken its request back; a legacy one’s is finished all the same",
  async ({ server, clientEra }) => {
    const one = await client(clientEra, server.view);
    const name = fresh();
    const call = one.call("hold", { name }, { progress: true }).catch(() => {});
    await holding(server, name);
    server.steer({ to: name, progress: { progress: 1 } });
    await one.heard.next(({ what }) => what === "progress");
    await one.close();
    await call;
    if (clientEra === modern)
      await server.journal.next((entry) => entry.what === "aborted" && entry.name === name, {
        what: "cancellation at the server",
      });
    else server.steer({ to: name, finish: "done" });
    const expected = clientEra === modern ? "cancelled" : "ok";
    await until(
      async () => {
        const { items } = (await admin.get(`/runs?connector=${server.id}&limit=1`)).body;
        const { operation, status, request } = items[0];
        return operation === "hold" && status === expected && (!request || JSON.stringify(request).includes(name));
      },
      10,
      `it is not on record as ${expected}`,
    );
  },
);

between(
  "a session that its client ends is ended at the server",
  async ({ server, clientEra, mark }) => {
    const one = await client(clientEra, server.view);
    await one.call("mirror");
    await server.caughtUp();
    const before = server.journal.mark();
    const { headers } = server.journal.since(mark).findLast(({ message }) => message?.params?.name === "mirror");
    await one.transport.terminateSession();
    const ended = await server.journal.next(
      ({ what, method }) => what === "gone" || (what === "request" && method === "DELETE"),
      { since: before, what: "end of the session" },
    );
    if (server.transport === "http") assert.equal(ended.headers["mcp-session-id"], headers["mcp-session-id"]);
  },
  { clientEras: [legacy], serverEras: [legacy] },
);

between(
  "nobody cancels another’s request by guessing its id",
  async ({ server }) => {
    const mark = server.journal.mark();
    const one = await client(legacy, server.view);
    let id;
    const { send } = one.transport;
    one.transport.send = (message, ...more) => {
      if (message.method === "tools/call") id = message.id;
      return send.call(one.transport, message, ...more);
    };
    const name = fresh();
    const call = one.call("hold", { name });
    const held = await holding(server, name);
    const bob = await client(legacy, server.view, bobs);
    const ann = await client(legacy, server.view);
    const { sessionId } = one.transport;
    for (const requestId of [id, held.id]) {
      const cancel = { method: "notifications/cancelled", params: { requestId } };
      assert.equal((await postLegacy(server.view, bobs, cancel)).status, 202);
      assert.equal((await postLegacy(server.view, bobs, cancel, { session: bob.transport.sessionId })).status, 202);
      assert.equal((await postLegacy(server.view, bobs, cancel, { session: sessionId })).status, 404);
      assert.equal((await postLegacy(server.view, token, cancel, { session: ann.transport.sessionId })).status, 202);
    }
    server.steer({ to: name, finish: "still here" });
    assert.equal((await call).content[0].text, "still here");
    await server.caughtUp();
    assert.deepEqual(
      server.journal.since(mark, ({ what }) => what === "aborted"),
      [],
    );
  },
  { clientEras: [legacy] },
);

// ---- changes

const changeOf = ({ method, params }) => [method, params?.uri];
const watched = "talk://watched";
// Until a change has come through: a stream is acknowledged before the server behind has been asked for it.
async function warm(server, one, change) {
  const since = one.heard.mark();
  await until(
    () => {
      server.steer(change);
      return one.heard.mark() > since;
    },
    10,
    `no ${change.change} came`,
  );
}
const subscription = "io.modelcontextprotocol/subscriptionId";
between(
  "changes reach a modern client’s subscription, with its id, and nothing that it did not ask for",
  async ({ server, clientEra, mark }) => {
    const one = await client(clientEra, server.view);
    const raw = [];
    const { onmessage } = one.transport;
    one.transport.onmessage = (message, ...more) => {
      raw.push(message);
      return onmessage.call(one.transport, message, ...more);
    };
    const everythingWanted = {
      toolsListChanged: true,
      promptsListChanged: true,
      resourcesListChanged: true,
      resourceSubscriptions: [watched],
    };
    const heard = await one.client.listen(everythingWanted);
    assert.deepEqual(heard.honoredFilter, everythingWanted);
    await server.listening(mark);
    await warm(server, one, { change: "updated", uri: watched });
    for (const change of ["tools", "prompts", "resources"]) {
      server.steer({ change: "updated", uri: "talk://interview" });
      server.steer({ change });
      await one.heard.next(({ method }) => method === `notifications/${change}/list_changed`, {
        what: `change of ${change}`,
      });
    }
    const heardOf = one.heard.entries.map(changeOf);
    assert.ok(
      heardOf.every(([method, uri]) => (method === "notifications/resources/updated") === (uri === watched)),
      JSON.stringify(heardOf),
    );
    assert.deepEqual(
      heardOf.filter(([, uri]) => !uri).map(([method]) => method),
      ["tools", "prompts", "resources"].map((kind) => `notifications/${kind}/list_changed`),
    );
    const id = raw.find(({ method }) => method === "notifications/subscriptions/acknowledged").params._meta[
      subscription
    ];
    for (const { method, params } of raw.filter((message) => message.method))
      assert.equal(params._meta[subscription], id, method);
    await heard.close();

    const again = server.journal.mark();
    const modest = await client(clientEra, server.view);
    await modest.client.listen({ promptsListChanged: true });
    await server.listening(again);
    await warm(server, modest, { change: "prompts" });
    for (const change of ["tools", "resources", "updated"]) server.steer({ change, uri: watched });
    const count = modest.heard.mark();
    await warm(server, modest, { change: "prompts" });
    await modest.heard.next(({ method }) => method === "notifications/prompts/list_changed", { since: count });
    assert.ok(
      modest.heard.entries.every(({ method }) => method === "notifications/prompts/list_changed"),
      JSON.stringify(modest.heard.entries),
    );
  },
  { clientEras: [modern] },
);

between(
  "changes reach a legacy client’s stream: of all lists, and of the resources it has subscribed to",
  async ({ server, clientEra, mark }) => {
    const one = await client(clientEra, server.view);
    await server.listening(mark);
    const before = server.journal.mark();
    await one.client.subscribeResource({ uri: watched });
    if (server.era === modern)
      await server.journal
        .next(({ message }) => message?.params?.notifications?.resourceSubscriptions?.includes(watched), {
          since: before,
          what: "subscription at the server",
        })
        .then(() => server.listening(before));
    for (const change of ["tools", "prompts", "resources"]) {
      server.steer({ change });
      await one.heard.next(({ method }) => method === `notifications/${change}/list_changed`, {
        what: `change of ${change}`,
      });
    }
    server.steer({ change: "updated", uri: "talk://interview" });
    server.steer({ change: "updated", uri: watched });
    await one.heard.next(({ params }) => params?.uri === watched, { what: "update of the resource" });
    assert.deepEqual(one.heard.entries.map(changeOf), [
      ["notifications/tools/list_changed", undefined],
      ["notifications/prompts/list_changed", undefined],
      ["notifications/resources/list_changed", undefined],
      ["notifications/resources/updated", watched],
    ]);
    const after = server.journal.mark();
    await one.client.unsubscribeResource({ uri: watched });
    if (server.era === modern) await server.listening(after);
    server.steer({ change: "updated", uri: watched });
    server.steer({ change: "prompts" });
    await one.heard.next(({ method }) => method === "notifications/prompts/list_changed", { since: 4 });
    assert.equal(one.heard.entries.length, 5, JSON.stringify(one.heard.entries));
  },
  { clientEras: [legacy] },
);

async function restarted({ server: { era, transport }, clientEra }, prepare, proof) {
  const server = await startTalkative(era, transport);
  open.push(server);
  const view = `${wick.url}/mcp/c/${await connect(`Restarted ${fresh()}`, server.config)}`;
  const mark = server.journal.mark();
  const one = await client(clientEra, view);
  await prepare(one);
  await server.listening(mark);
  const before = server.journal.mark();
  await server.restart();
  try {
    await proof(one, server, before);
  } catch (error) {
    const heard = server.journal
      .since(before, ({ what }) => what === "request")
      .map(({ method, message }) => message?.method ?? method);
    throw new Error(`${error.message}; since the restart the server heard ${JSON.stringify(heard)}`, { cause: error });
  }
}
const comes = (change, isIt) => (one, server) =>
  until(
    () => {
      server.steer(change);
      return one.heard.entries.some(isIt);
    },
    8,
    `nothing came of ${JSON.stringify(change)}`,
  );
between("after a restart of the server, changes of its lists reach the same stream", (these) =>
  restarted(
    these,
    (one) => one.era === modern && one.client.listen({ promptsListChanged: true }),
    comes({ change: "prompts" }, ({ method }) => method === "notifications/prompts/list_changed"),
  ),
);
between("after a restart of the server, updates of resources reach their subscribers", (these) =>
  restarted(
    these,
    (one) =>
      one.era === modern
        ? one.client.listen({ resourceSubscriptions: [watched] })
        : one.client.subscribeResource({ uri: watched }),
    comes({ change: "updated", uri: watched }, ({ params }) => params?.uri === watched),
  ),
);
between(
  "after the server has restarted, the log level that a legacy client has set still holds",
  (these) =>
    restarted(
      these,
      (one) => one.client.setLoggingLevel("error"),
      async (one, server, since) => {
        // A process that has ended is started again after a pause, each of the client's two by itself.
        const works = () => until(async () => !(await one.call("mirror")).isError);
        await works();
        await server.listening(since);
        await works();
        assert.deepEqual(await logs(server, one), ["error"]);
      },
    ),
  { clientEras: [legacy] },
);

test("an unknown log level and one subscription too many are refused without harm", async () => {
  for (const server of Object.values(servers)) {
    const made = await postLegacy(server.view, token, {
      id: 1,
      method: "initialize",
      params: { protocolVersion: legacy, capabilities: {}, clientInfo: { name: "x", version: "1" } },
    });
    await made.text();
    const session = made.headers.get("mcp-session-id");
    const ask = async (method, params) =>
      answerOf(postLegacy(server.view, token, { id: 2, method, params }, { session }));
    assert.equal((await ask("logging/setLevel", { level: "loud" })).error.code, -32602);
    for (let i = 0; i < 100; ++i) assert.ok((await ask("resources/subscribe", { uri: `talk://${i}` })).result);
    const refused = await ask("resources/subscribe", { uri: "talk://100" });
    assert.equal(refused.error.code, -32602);
    assert.match(refused.error.message, /reached the limit of 100 resource subscriptions/);
    assert.ok((await ask("resources/subscribe", { uri: "talk://7" })).result, "again");
    assert.ok((await ask("tools/call", { name: "mirror", arguments: {} })).result.content);
    await fetch(server.view, {
      method: "DELETE",
      headers: { authorization: `Bearer ${token}`, "mcp-session-id": session },
    });
  }
});

test("a stream of changes ends when its connector is reconfigured, but not when it is renamed", async () => {
  const server = await startTalkative(modern, "http");
  open.push(server);
  const id = await connect(`Moved ${fresh()}`, server.config);
  const response = await postModern(`${wick.url}/mcp/c/${id}`, token, "subscriptions/listen", {
    notifications: { promptsListChanged: true },
  });
  const messages = messagesOf(response);
  assert.equal((await messages.next()).value.method, "notifications/subscriptions/acknowledged");
  let ended = false;
  const next = messages.next().then((one) => ((ended = true), one));
  assert.equal((await admin.patch(`/admin/connectors/${id}`, { label: `Renamed ${fresh()}` })).status, 200);
  assert.equal((await admin.get(`/admin/connectors/${id}`)).status, 200);
  assert.equal(ended, false);
  assert.equal(
    (await admin.patch(`/admin/connectors/${id}`, { config: { ...server.config, timeout_seconds: 21 } })).status,
    200,
  );
  assert.equal((await next).value.result.resultType, "complete");
});

// ---- a credential that ends

between("a revoked token ends the streams on which changes are heard", async ({ server, clientEra, mark }) => {
  const { token: doomed, id } = wick.token("ann@example.com", ["--tools", "direct"], fresh());
  let ended;
  if (clientEra === modern) {
    const one = await client(clientEra, server.view, doomed);
    ended = (await one.client.listen({ promptsListChanged: true })).closed;
  } else {
    const made = await postLegacy(server.view, doomed, {
      id: 1,
      method: "initialize",
      params: { protocolVersion: legacy, capabilities: {}, clientInfo: { name: "x", version: "1" } },
    });
    await made.text();
    const stream = await fetch(server.view, {
      headers: {
        authorization: `Bearer ${doomed}`,
        accept: "text/event-stream",
        "mcp-session-id": made.headers.get("mcp-session-id"),
      },
    });
    assert.equal(stream.status, 200);
    ended = (async () => {
      for await (const chunk of stream.body) void chunk;
      return "graceful";
    })();
  }
  await server.listening(mark);
  assert.equal(wick.cli(["token", "revoke", id]).code, 0);
  assert.equal(await ended, "graceful");
});

async function held(server, clientEra, meta) {
  const { token: doomed, id } = wick.token("ann@example.com", ["--tools", "direct"], fresh());
  const name = fresh();
  const params = { name: "hold", arguments: { name } };
  const response =
    clientEra === modern
      ? postModern(server.view, doomed, "tools/call", params, { meta })
      : postLegacy(server.view, doomed, { id: 1, method: "tools/call", params: { ...params, _meta: meta } });
  await holding(server, name);
  return { name, response, revoke: () => assert.equal(wick.cli(["token", "revoke", id]).code, 0) };
}
const onRecordAsCancelled = (server) =>
  until(async () => (await lastRun(server)).status === "cancelled", 10, "it is not on record as cancelled");
between("a revoked token gets no result of what it has begun", async ({ server, clientEra }) => {
  const call = await held(server, clientEra, {});
  call.revoke();
  server.steer({ to: call.name, finish: "the result" });
  const response = await call.response;
  assert.equal(response.status, 401);
  assert.ok(!(await response.text()).includes("the result"));
  await onRecordAsCancelled(server);
});
between("an open stream of a revoked token has no more notifications", async ({ server, clientEra }) => {
  const call = await held(server, clientEra, { progressToken: 7 });
  server.steer({ to: call.name, progress: { progress: 1, message: "before" } });
  const messages = messagesOf(await call.response);
  assert.equal((await messages.next()).value.params.message, "before");
  call.revoke();
  server.steer({ to: call.name, progress: { progress: 2, message: "told after the end" } });
  server.steer({ to: call.name, finish: "the result" });
  const rest = [];
  for await (const message of messages) rest.push(message);
  assert.deepEqual(rest, []);
  await onRecordAsCancelled(server);
});
between(
  "a revoked token is asked nothing more",
  async ({ server }) => {
    const { token: doomed, id } = wick.token("ann@example.com", ["--tools", "direct"], fresh());
    const one = await client(legacy, server.view, doomed);
    const name = fresh();
    const call = one.call("hold", { name }).catch(() => {});
    await holding(server, name);
    assert.equal(wick.cli(["token", "revoke", id]).code, 0);
    server.steer({ to: name, ask: "name" });
    // Whether the server is told or has to wait, the client never sees the question.
    server.steer({ to: name, finish: "done" });
    await Promise.race([call, onRecordAsCancelled(server)]);
    assert.deepEqual(one.questions(), []);
  },
  { clientEras: [legacy], serverEras: [legacy] },
);

between(
  "a revoked token cannot answer what was asked of it",
  async ({ server }) => {
    const { token: doomed, id } = wick.token("ann@example.com", ["--tools", "direct"], fresh());
    const first = await ask(server, doomed);
    assert.equal(wick.cli(["token", "revoke", id]).code, 0);
    const response = await postModern(server.view, doomed, "tools/call", {
      name: "interview",
      arguments: {},
      ...retryOf(first),
    });
    assert.equal(response.status, 401);
  },
  { clientEras: [modern] },
);

// ---- two users

// The SDK of the modern era reports its own rounds, too.
const progressOf = (one) =>
  one.heard
    .since(0, ({ what, progress }) => what === "progress" && !progress.message.startsWith("Fulfilling"))
    .map(({ progress }) => progress.message);

async function annAndBob(server, clientEra, level) {
  const people = await Promise.all(
    [
      ["ann", token],
      ["bob", bobs],
    ].map(async ([who, bearer]) => {
      const one = await client(clientEra, server.view, bearer, {
        answer: { "elicitation/create": async () => ({ action: "accept", content: { name: who } }) },
      });
      if (level && clientEra === legacy) await one.client.setLoggingLevel(level);
      return { who, one, name: `${who} ${fresh()}` };
    }),
  );
  // Bob's call is the younger.
  for (const person of people) {
    person.call = person.one.call(
      "hold",
      { name: person.name },
      { progress: true, ...(clientEra === modern && { level }) },
    );
    person.session = (await holding(server, person.name)).session;
  }
  return people;
}
between(
  "two users at one server are each asked their own questions and told their own progress",
  async ({ server, clientEra, mark }) => {
    const people = await annAndBob(server, clientEra);
    for (const { name } of people) {
      server.steer({ to: name, progress: { progress: 1, message: `for ${name}` } });
      if (server.era === legacy) server.steer({ to: name, ask: "name" });
      server.steer({ to: name, finish: `for ${name}` });
    }
    for (const { who, one, name, call } of people) {
      assert.equal((await call).content[0].text, `for ${name}`);
      assert.deepEqual(progressOf(one), [`for ${name}`]);
      if (server.era !== legacy) continue;
      assert.equal(one.questions().length, 1);
      const { answer } = await server.journal.next((entry) => entry.what === "answered" && entry.name === name, {
        since: mark,
        what: `answer for ${name}`,
      });
      assert.deepEqual(answer, { action: "accept", content: { name: who } });
    }
    if (server.era === legacy)
      assert.notEqual(people[0].session, people[1].session, "each has a session of its own with the server");
    const interviews = await Promise.all(people.map(({ one }) => one.call("interview")));
    assert.deepEqual(
      interviews.map((result) => said(result).name.content.name),
      ["ann", "bob"],
    );
  },
);
between("two users at one server each get their own log messages", async ({ server, clientEra }) => {
  const people = await annAndBob(server, clientEra, "debug");
  for (const { name } of people) {
    server.steer({ to: name, log: { level: "info", data: `for ${name}` } });
    server.steer({ to: name, finish: "done" });
    await people.find((person) => person.name === name).call;
  }
  assert.deepEqual(
    Object.fromEntries(people.map(({ who, one }) => [who, one.logs()])),
    Object.fromEntries(people.map(({ who, name }) => [who, [`for ${name}`]])),
  );
});

between(
  "the calls of two clients of one user at once are each asked and told their own",
  async ({ server, clientEra }) => {
    const pair = await Promise.all(
      ["first", "second"].map(async (who) => {
        const one = await client(clientEra, server.view, token, {
          answer: { "elicitation/create": async () => ({ action: "accept", content: { name: who } }) },
        });
        return { who, one, name: `${who} ${fresh()}` };
      }),
    );
    const calls = [];
    for (const { one, name } of pair) {
      calls.push(one.call("hold", { name }, { progress: true, ...(clientEra === modern && { level: "debug" }) }));
      await holding(server, name); // one after the other: the second is the younger
    }
    for (const { name } of pair) {
      server.steer({ to: name, progress: { progress: 1, message: `for ${name}` } });
      if (server.era === legacy) server.steer({ to: name, ask: "name" });
      server.steer({ to: name, finish: `for ${name}` });
    }
    const results = await Promise.all(calls);
    const seen = await Promise.all(
      pair.map(async ({ one, name }, i) => {
        const answered =
          server.era === legacy &&
          (
            await server.journal.next((entry) => entry.what === "answered" && entry.name === name, {
              what: `answer for ${name}`,
            })
          ).answer.content?.name;
        return {
          result: results[i].content[0].text,
          progress: progressOf(one),
          questions: one.questions().length,
          answered,
        };
      }),
    );
    const asks = server.era === legacy;
    assert.deepEqual(
      seen,
      pair.map(({ who, name }) => ({
        result: `for ${name}`,
        progress: [`for ${name}`],
        questions: asks ? 1 : 0,
        answered: asks && who,
      })),
    );
  },
);

// ---- what is passed on unread

between(
  "trace context and unknown fields pass, and the caller’s credential does not",
  async ({ server, clientEra, mark }) => {
    const one = await client(clientEra, server.view);
    const meta = {
      traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
      tracestate: "a=b",
      baggage: "k=v",
      "example.com/unknown": { deep: [1, "é"] },
    };
    const result = await one.call("mirror", { text: "x" }, { meta });
    const { meta: received, args } = JSON.parse(result.content[0].text);
    assert.deepEqual(args, { text: "x" });
    for (const [key, value] of Object.entries(meta)) assert.deepEqual(received[key], value, key);
    assert.deepEqual(result["example.com/unknown"], { deep: [1, null, "é"] });
    assert.equal(result._meta["example.com/note"], "kept");
    assert.equal(
      (await lastRun(server)).trace_id ?? "0af7651916cd43dd8448eb211c80319c",
      "0af7651916cd43dd8448eb211c80319c",
    );
    await server.caughtUp();
    const heard = JSON.stringify(server.journal.since(mark));
    assert.ok(!heard.includes("wick_pat_") && !heard.includes("authorization"), "the credential stays here");
  },
);

between("a JSON-RPC error with its data passes through the view unchanged", async ({ server, clientEra }) => {
  const { client: one } = await client(clientEra, server.view);
  const expected = [-31999, "not today", { reason: ["weather", { wind: 9 }] }];
  for (const [what, asked] of [
    ["tool", () => one.callTool({ name: "refuse", arguments: {} })],
    ["prompt", () => one.getPrompt({ name: "refuse" })],
    ["resource", () => one.readResource({ uri: "talk://refuse" })],
  ]) {
    const error = await asked().then(
      () => assert.fail(`the ${what} was not refused`),
      (refused) => refused,
    );
    assert.deepEqual([error.code, error.message.replace(/^MCP error -?\d+: /, ""), error.data], expected, what);
  }
  const direct = await post(wick, token, {
    jsonrpc: "2.0",
    id: 1,
    method: "tools/call",
    params: { name: `${server.slug}__refuse`, arguments: {} },
  });
  assert.equal(direct.body.result.isError, true, "with other tools it is a tool’s error");
  assert.match(direct.body.result.content[0].text, /-31999.*not today/);
});
