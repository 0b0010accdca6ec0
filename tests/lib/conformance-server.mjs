// The server that the official conformance suite tests, made with the official SDK of either era: what its scenarios call
// for, over HTTP for a test (startConformanceServer) and over stdio as a program (--stdio --era REVISION).
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import http from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { z } from "zod";
import { McpServer as Server1, ResourceTemplate as Template1 } from "@modelcontextprotocol/sdk/server/mcp.js";
import { completable as completable1 } from "@modelcontextprotocol/sdk/server/completable.js";
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import {
  CreateMessageResultSchema,
  ElicitResultSchema,
  SubscribeRequestSchema,
  UnsubscribeRequestSchema,
} from "@modelcontextprotocol/sdk/types.js";
import {
  CLIENT_CAPABILITIES_META_KEY,
  McpServer as Server2,
  ResourceTemplate as Template2,
  completable as completable2,
  createMcpHandler,
  createRequestStateCodec,
  fromJsonSchema,
  inputRequired,
  inputResponse,
  localhostAllowedHostnames,
  localhostAllowedOrigins,
  validateHostHeader,
  validateOriginHeader,
} from "@modelcontextprotocol/server";
import { serveStdio } from "@modelcontextprotocol/server/stdio";

const png = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
const wav = "UklGRiYAAABXQVZFZm10IBAAAAABAAEAQB8AAAB9AAACABAAZGF0YQIAAAAAAA==";
const text = (said) => ({ type: "text", text: said });
const image = { type: "image", data: png, mimeType: "image/png" };
const embedded = (uri, mimeType, said) => ({ type: "resource", resource: { uri, mimeType, text: said } });
const say = (said) => ({ content: [text(said)] });
const user = (content) => ({ role: "user", content });

const contents = {
  test_simple_text: [text("plain")],
  test_image_content: [image],
  test_audio_content: [{ type: "audio", data: wav, mimeType: "audio/wav" }],
  test_embedded_resource: [embedded("test://embedded-resource", "text/plain", "inside")],
  test_multiple_content_types: [
    text("three kinds"),
    image,
    embedded("test://mixed-content-resource", "application/json", '{"kind":3}'),
  ],
};

// A schema with keywords that are lost when a program rebuilds the schema from known keywords only.
const fullSchema = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  type: "object",
  $defs: {
    address: {
      $anchor: "addressDef",
      type: "object",
      properties: { street: { type: "string" }, city: { type: "string" } },
    },
  },
  properties: {
    name: { type: "string" },
    address: { $ref: "#/$defs/address" },
    contactMethod: { type: "string", enum: ["phone", "email"] },
    phone: { type: "string" },
    email: { type: "string" },
  },
  allOf: [{ anyOf: [{ required: ["phone"] }, { required: ["email"] }] }],
  if: { properties: { contactMethod: { const: "phone" } }, required: ["contactMethod"] },
  then: { required: ["phone"] },
  else: { required: ["email"] },
  additionalProperties: false,
};

// The features of a server of either era. `sdk` has the names of the parts in its SDK, `inside(context)` the functions of a running call.
function defineShared(server, { ResourceTemplate, completable, argsOf, schemaOf, inside }) {
  const tool = (name, description, run) => server.registerTool(name, { description, inputSchema: z.object({}) }, run);
  for (const [name, content] of Object.entries(contents))
    tool(name, `Answers with ${content.map(({ type }) => type).join(", ")}.`, async () => ({ content }));
  tool("test_error_handling", "Always fails.", async () => {
    throw new Error("it went wrong, as it should");
  });
  tool("test_tool_with_progress", "Says how far it is.", async (_, context) => {
    const { notify, progressToken } = inside(context);
    for (const progress of progressToken === undefined ? [] : [0, 50, 100])
      await notify({ method: "notifications/progress", params: { progressToken, progress, total: 100 } });
    return say("done");
  });
  for (const name of ["test_tool_with_logging", "test_logging_tool"]) {
    tool(name, "Logs three lines.", async (_, context) => {
      for (const line of ["started", "half-way", "finished"]) await inside(context).log("info", line);
      return say("logged");
    });
  }
  server.registerTool(
    "json_schema_2020_12_tool",
    { description: "Takes arguments of a rich schema.", inputSchema: schemaOf(fullSchema) },
    async () => say("taken"),
  );

  server.registerResource(
    "static-text",
    "test://static-text",
    { description: "A text.", mimeType: "text/plain" },
    async ({ href: uri }) => ({ contents: [{ uri, mimeType: "text/plain", text: "static" }] }),
  );
  server.registerResource(
    "static-binary",
    "test://static-binary",
    { description: "An image.", mimeType: "image/png" },
    async ({ href: uri }) => ({ contents: [{ uri, mimeType: "image/png", blob: png }] }),
  );
  server.registerResource(
    "watched-resource",
    "test://watched-resource",
    { description: "To subscribe to.", mimeType: "text/plain" },
    async ({ href: uri }) => ({ contents: [{ uri, mimeType: "text/plain", text: "watched" }] }),
  );
  server.registerResource(
    "template",
    new ResourceTemplate("test://template/{id}/data", { list: undefined }),
    { description: "Data by id.", mimeType: "application/json" },
    async ({ href: uri }, { id }) => ({
      contents: [{ uri, mimeType: "application/json", text: JSON.stringify({ id }) }],
    }),
  );

  const prompt = (name, description, messages) =>
    server.registerPrompt(name, { description }, async () => ({ messages }));
  prompt("test_simple_prompt", "One line.", [user(text("simple"))]);
  prompt("test_prompt_with_image", "An image and a line.", [user(image), user(text("what is it?"))]);
  server.registerPrompt(
    "test_prompt_with_arguments",
    {
      description: "Two arguments.",
      argsSchema: argsOf({
        arg1: completable(z.string(), (value) =>
          ["test one", "test two", "other"].filter((one) => one.startsWith(value)),
        ),
        arg2: z.string(),
      }),
    },
    async ({ arg1, arg2 }) => ({ messages: [user(text(`first ${arg1}, second ${arg2}`))] }),
  );
  server.registerPrompt(
    "test_prompt_with_embedded_resource",
    { description: "A resource and a line.", argsSchema: argsOf({ resourceUri: z.string() }) },
    async ({ resourceUri }) => ({
      messages: [user(embedded(resourceUri, "text/plain", "inside")), user(text("what does it say?"))],
    }),
  );
}

const info = { name: "conformance", version: "1" };
const capabilities = {
  tools: { listChanged: true },
  prompts: { listChanged: true },
  resources: { listChanged: true, subscribe: true },
  logging: {},
  completions: {},
};
const form = (properties, required = Object.keys(properties)) => ({ type: "object", properties, required });
const prompting = (said, maxTokens = 100) => ({ messages: [user(text(said))], maxTokens });

const defaultsForm = form(
  {
    name: { type: "string", default: "John Doe" },
    age: { type: "integer", default: 30 },
    score: { type: "number", default: 95.5 },
    status: { type: "string", enum: ["active", "inactive", "pending"], default: "active" },
    verified: { type: "boolean", default: true },
  },
  [],
);
const titled = (...values) => values.map((value) => ({ const: value, title: `Title of ${value}` }));
const enumsForm = form(
  {
    untitledSingle: { type: "string", enum: ["option1", "option2", "option3"] },
    titledSingle: { type: "string", oneOf: titled("value1", "value2", "value3") },
    legacyEnum: { type: "string", enum: ["opt1", "opt2", "opt3"], enumNames: ["One", "Two", "Three"] },
    untitledMulti: { type: "array", items: { type: "string", enum: ["option1", "option2", "option3"] } },
    titledMulti: { type: "array", items: { anyOf: titled("value1", "value2", "value3") } },
  },
  [],
);

// Tools that ask the client within a call.
const eliciting = (message, requestedSchema, inputSchema = z.object({})) => ({
  inputSchema,
  method: "elicitation/create",
  params: (args) => ({ message: args.message ?? message, requestedSchema }),
  schema: ElicitResultSchema,
});
const asking = {
  test_sampling: {
    inputSchema: z.object({ prompt: z.string() }),
    method: "sampling/createMessage",
    params: ({ prompt }) => prompting(prompt),
    schema: CreateMessageResultSchema,
  },
  test_elicitation: eliciting(
    "",
    form({ username: { type: "string" }, email: { type: "string" } }),
    z.object({ message: z.string() }),
  ),
  test_elicitation_sep1034_defaults: eliciting("Is this right?", defaultsForm),
  test_elicitation_sep1330_enums: eliciting("Choose.", enumsForm),
};

/** 2025-11-25: the server asks the client within a call, and keeps subscriptions by session. */
function server2025() {
  const server = new Server1(info, { capabilities });
  defineShared(server, {
    ResourceTemplate: Template1,
    completable: completable1,
    argsOf: (shape) => shape,
    // This SDK takes zod schemas alone, but their metadata goes into what is listed as it is.
    schemaOf: (schema) => z.looseObject({}).meta(schema),
    inside: ({ sendNotification: notify, _meta }) => ({
      notify,
      progressToken: _meta?.progressToken,
      log: (level, data) => notify({ method: "notifications/message", params: { level, data } }),
    }),
  });
  for (const [name, { inputSchema, method, params, schema }] of Object.entries(asking)) {
    server.registerTool(name, { description: "Asks the client.", inputSchema }, async (args, { sendRequest }) =>
      say(JSON.stringify(await sendRequest({ method, params: params(args) }, schema))),
    );
  }
  server.registerTool(
    "test_reconnection",
    { description: "Closes its stream and goes on.", inputSchema: z.object({}) },
    async (_, { closeSSEStream }) => {
      closeSSEStream?.();
      return say("still here");
    },
  );
  const subscribed = new Set();
  server.server.setRequestHandler(SubscribeRequestSchema, ({ params }) => (subscribed.add(params.uri), {}));
  server.server.setRequestHandler(UnsubscribeRequestSchema, ({ params }) => (subscribed.delete(params.uri), {}));
  return server;
}

// The input that one call needs of the client in 2026-07-28, and the result when all input is there. `sealed` adds a request state.
const ask = (message, properties) => inputRequired.elicit({ message, requestedSchema: form(properties) });
const sample = (said) => inputRequired.createMessage(prompting(said));
const name = () => ask("What is your name?", { name: { type: "string" } });
const confirm = () => ask("Please confirm.", { ok: { type: "boolean" } });
const oneRound = {
  test_input_required_result_elicitation: {
    needs: () => ({ user_name: name() }),
    says: ({ user_name }) => `Hello, ${user_name.content.name}!`,
  },
  test_input_required_result_sampling: {
    needs: () => ({ capital_question: sample("What is the capital of France?") }),
    says: ({ capital_question }) => JSON.stringify(capital_question.result.content),
  },
  test_input_required_result_list_roots: {
    needs: () => ({ client_roots: inputRequired.listRoots() }),
    says: ({ client_roots }) => `roots: ${client_roots.roots.map(({ uri }) => uri)}`,
  },
  test_input_required_result_request_state: {
    sealed: true,
    needs: () => ({ confirm: confirm() }),
    says: () => "state-ok",
  },
  test_input_required_result_tampered_state: {
    sealed: true,
    needs: () => ({ confirm: confirm() }),
    says: () => "state-ok",
  },
  test_input_required_result_multiple_inputs: {
    sealed: true,
    needs: () => ({ user_name: name(), greeting: sample("Greet someone."), client_roots: inputRequired.listRoots() }),
    says: () => "all three",
  },
  test_input_required_result_capabilities: {
    needs: ({ envelope }) => {
      const { elicitation, sampling } = envelope[CLIENT_CAPABILITIES_META_KEY];
      return { ...(elicitation && { elicit: name() }), ...(sampling && { sample: sample("Say anything.") }) };
    },
    says: (answers) => `it can: ${Object.keys(answers)}`,
  },
  // Tests only that the SDK asks a client for nothing that the client did not declare.
  test_missing_capability: { needs: () => ({ anything: sample("Say anything.") }), says: () => "it can sample" },
  test_streaming_elicitation: { needs: () => ({ user_name: name() }), says: () => "answered" },
};

// The answers to all questions, or undefined when one is missing, of another kind or declined.
function answersTo(needs, responses) {
  const kinds = { "elicitation/create": "elicit", "sampling/createMessage": "sampling", "roots/list": "roots" };
  const answers = Object.entries(needs).map(([key, { method }]) => [key, inputResponse(responses, key), kinds[method]]);
  const complete = answers.every(
    ([, answer, kind]) => answer.kind === kind && (kind !== "elicit" || (answer.action === "accept" && answer.content)),
  );
  return complete ? Object.fromEntries(answers) : undefined;
}

/** 2026-07-28: input is required by results. `shared` is what all servers of one fixture have in common, as each serves but one request over HTTP. */
function server2026(shared) {
  const { state, codec, changed } = shared;
  const server = new Server2(info, {
    capabilities,
    cacheHints: Object.fromEntries(
      ["tools/list", "prompts/list", "resources/list", "resources/templates/list"].map((method) => [
        method,
        { ttlMs: 60_000, cacheScope: "public" },
      ]),
    ),
    requestState: { verify: codec.verify },
  });
  defineShared(server, {
    ResourceTemplate: Template2,
    completable: completable2,
    argsOf: z.object,
    schemaOf: fromJsonSchema,
    inside: ({ mcpReq: { notify, log, _meta } }) => ({ notify, log, progressToken: _meta?.progressToken }),
  });
  if (shared.both) {
    for (const [name, { inputSchema }] of Object.entries(asking))
      server.registerTool(name, { description: "Asks the client.", inputSchema }, async () => ({
        ...say("I ask in a session only."),
        isError: true,
      }));
  }
  const tool = (called, description, run) =>
    server.registerTool(called, { description, inputSchema: z.object({}) }, run);
  for (const [called, { needs, says, sealed }] of Object.entries(oneRound)) {
    tool(called, "Needs input.", async (_, { mcpReq }) => {
      const inputRequests = needs(mcpReq);
      const answers = answersTo(inputRequests, mcpReq.inputResponses);
      if (answers && (!sealed || mcpReq.requestState()?.called === called)) return say(says(answers));
      return inputRequired({ inputRequests, ...(sealed && { requestState: await codec.mint({ called }) }) });
    });
  }
  tool("test_input_required_result_multi_round", "Needs input twice.", async (_, { mcpReq }) => {
    const steps = [{ step1: name() }, { step2: ask("What is your favourite colour?", { color: { type: "string" } }) }];
    const { round = 0 } = mcpReq.requestState() ?? {};
    const answered = answersTo(steps[Math.max(round - 1, 0)], mcpReq.inputResponses) && round > 0;
    const next = answered ? round + 1 : Math.max(round, 1);
    return next > steps.length
      ? say("both rounds")
      : inputRequired({ inputRequests: steps[next - 1], requestState: await codec.mint({ round: next }) });
  });
  server.registerPrompt("test_input_required_result_prompt", { description: "Needs input." }, async ({ mcpReq }) => {
    const inputRequests = { user_context: ask("For what?", { context: { type: "string" } }) };
    const answers = answersTo(inputRequests, mcpReq.inputResponses);
    return answers
      ? { messages: [user(text(`For ${answers.user_context.content.context}.`))] }
      : inputRequired({ inputRequests });
  });
  server.registerTool(
    "test_x_mcp_header",
    {
      description: "Takes an argument that is sent as a header, too.",
      inputSchema: fromJsonSchema(form({ region: { type: "string", "x-mcp-header": "Region" } })),
    },
    async ({ region }) => say(`in ${region}`),
  );

  const dynamic = {
    tool: tool("test_dynamic_tool", "Comes and goes.", async () => say("here")),
    prompt: server.registerPrompt("test_dynamic_prompt", { description: "Comes and goes." }, async () => ({
      messages: [user(text("here"))],
    })),
  };
  for (const [kind, registered] of Object.entries(dynamic)) {
    const show = () => (state[kind] ? registered.enable() : registered.disable());
    show();
    tool(`test_trigger_${kind}_change`, `Adds or removes a ${kind}.`, async () => {
      state[kind] = !state[kind];
      show();
      changed[kind]();
      return say(state[kind] ? "added" : "removed");
    });
  }
  return server;
}
const sharedState = () => ({
  state: { tool: false, prompt: false },
  codec: createRequestStateCodec({ key: "no secret: the same in every process ".repeat(2) }),
  changed: { tool: () => {}, prompt: () => {} },
});

// The messages of each stream, for a client that lost the stream and resumes it.
function eventStore() {
  const events = [];
  return {
    storeEvent: async (stream, message) => String(events.push({ stream, message }) - 1),
    getStreamIdForEventId: async (id) => events[id]?.stream,
    replayEventsAfter: async (last, { send }) => {
      const { stream } = events[last];
      for (const [id, event] of events.entries())
        if (id > Number(last) && event.stream === stream && event.message.jsonrpc)
          await send(String(id), event.message);
      return stream;
    },
  };
}

const serve = {
  "2025-11-25": () => {
    const sessions = new Map();
    return {
      answer: async (request, response) => {
        const id = request.headers["mcp-session-id"];
        let transport = sessions.get(id);
        if (id && !transport)
          return response
            .writeHead(404, { "content-type": "application/json" })
            .end('{"jsonrpc":"2.0","error":{"code":-32001,"message":"Session not found"},"id":null}');
        if (!transport) {
          transport = new StreamableHTTPServerTransport({
            sessionIdGenerator: randomUUID,
            eventStore: eventStore(),
            retryInterval: 50,
            onsessioninitialized: (made) => void sessions.set(made, transport),
            onsessionclosed: (closed) => void sessions.delete(closed),
          });
          await server2025().connect(transport);
        }
        await transport.handleRequest(request, response);
      },
      close: () => sessions.forEach((transport) => transport.close()),
    };
  },
  "2026-07-28": ({ both = false } = {}) => {
    const shared = { ...sharedState(), both };
    const handler = createMcpHandler(() => server2026(shared), { legacy: "reject" });
    shared.changed = { tool: handler.notify.toolsChanged, prompt: handler.notify.promptsChanged };
    return {
      answer: async (request, response) => {
        const gone = new AbortController();
        response.on("close", () => gone.abort());
        const body = request.method === "POST" ? { body: Readable.toWeb(request), duplex: "half" } : {};
        const answer = await handler.fetch(
          new Request(`http://${request.headers.host}${request.url}`, {
            method: request.method,
            headers: request.headers,
            signal: gone.signal,
            ...body,
          }),
        );
        response.writeHead(answer.status, Object.fromEntries(answer.headers));
        if (!answer.body) return response.end();
        await pipeline(Readable.fromWeb(answer.body), response).catch(() => {});
      },
      close: () => handler.close(),
    };
  },
  // One address: a client that sends `initialize` gets a session, a client of 2026-07-28 gets that revision. Both list all tools.
  both: () => {
    const legacy = serve["2025-11-25"](),
      modern = serve["2026-07-28"]({ both: true });
    return {
      answer: (request, response) =>
        (request.headers["mcp-protocol-version"] === "2026-07-28" ? modern : legacy).answer(request, response),
      close: async () => {
        legacy.close();
        await modern.close();
      },
    };
  },
};

/** Over HTTP on loopback, for the names of this machine alone. */
export async function startConformanceServer(era) {
  const { answer, close } = serve[era]();
  const server = http
    .createServer(async (request, response) => {
      const { host, origin } = request.headers;
      if (
        !validateHostHeader(host, localhostAllowedHostnames()).ok ||
        !validateOriginHeader(origin, localhostAllowedOrigins()).ok
      )
        return response.writeHead(403).end();
      await answer(request, response);
    })
    .listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${server.address().port}/mcp`,
    close: async () => {
      await close();
      server.closeAllConnections();
      server.close();
    },
  };
}

/** The command that runs the server over stdio. */
export const stdioCommand = (era) =>
  [process.execPath, fileURLToPath(import.meta.url), "--stdio", "--era", era].join(" ");

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({
    options: { stdio: { type: "boolean" }, era: { type: "string", default: "2026-07-28" } },
  });
  if (!values.stdio) {
    console.log((await startConformanceServer(values.era)).url);
  } else if (values.era === "2025-11-25") {
    process.stdin.on("end", () => process.exit());
    await server2025().connect(new StdioServerTransport());
  } else {
    const shared = sharedState();
    serveStdio(() => server2026(shared), { legacy: "reject" });
  }
}
