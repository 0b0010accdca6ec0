// openapi.json says what the API takes and gives: requests that are made of it, and what comes back, at random.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import Ajv2020 from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { random } from "../lib/http-requests.mjs";
import { Wick } from "../lib/wick.mjs";

const requestsOfEach = 30; // of each operation; 75 operations
const seed = Number(process.env.WICK_API_SEED ?? 20261130);
const { below, pick } = random(seed);

let wick, cookie, spec, ajv, operations;
const known = {}; // what exists, by the name of the path parameter or member that names it

before(async () => {
  wick = await Wick.start();
  await signIn();
  spec = (await send("GET", "/openapi.json")).body;
  ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats(ajv);
  ajv.addSchema({ $id: "spec", ...spec }, "spec");
  await furnish();
  operations = Object.entries(spec.paths)
    .flatMap(([path, item]) =>
      Object.entries(item).map(([method, operation]) => ({
        method: method.toUpperCase(),
        path,
        operation,
        name: `${method.toUpperCase()} ${path}`,
      })),
    )
    .sort((a, b) => Number(a.method === "DELETE") - Number(b.method === "DELETE"));
});
after(() => wick.stop());

// One of each thing, so that requests reach what they are about.
async function furnish() {
  const create = async (route, body, status = 201) => {
    const answer = await send("POST", route, body);
    assert.equal(answer.status, status, `${route}: ${answer.text}`);
    return answer.body;
  };
  const tags = [
    await create("/admin/tags", { name: "staff" }),
    await create("/admin/tags", { name: "Größe 中", filter: true, description: "ß".repeat(20) }),
  ];
  const users = [
    await create("/admin/users", { email: "ben@example.com", name: "Ben 😀", tags: [tags[0].id] }),
    await create("/admin/users", { email: "eve@example.com", name: "Eve" }),
  ];
  await create("/tokens", { name: "laptop" });
  await create("/tokens", { name: "Büro 中", tools: "meta", scope: { connectors: "all", operations: "read_only" } });
  const config = { base_url: "http://127.0.0.1:9", allow_private_addresses: true, timeout_seconds: 2 };
  const rest = await create("/admin/connectors", { kind: "rest", label: "Rest", config, tags: [tags[1].id] });
  const mcp = await create("/admin/connectors", {
    kind: "mcp",
    label: "Tools",
    config: { url: "http://127.0.0.1:9/mcp", allow_private_addresses: true },
  });
  const operation = {
    key: "get_it",
    name: "Get it",
    description: "Größe",
    input_schema: { type: "object" },
    rest: { method: "GET", path: "/x" },
    read_only: true,
  };
  await create(`/admin/connectors/${rest.id}/operations`, operation);
  await create(`/admin/connectors/${rest.id}/operations`, { ...operation, key: "list" });
  await create("/admin/oauth-clients", {
    name: "App ß",
    redirect_uris: ["https://app.example.com/back"],
    confidential: true,
  });
  await create(`/connectors/${rest.id}/operations/get_it/run`, { arguments: { text: "中".repeat(100) } }, 200);
  const runs = (await send("GET", "/runs")).body.items.map(({ id }) => id);
  const ids = (list) => list.map(({ id }) => id);
  const tokenIds = (await send("GET", "/tokens")).body.items.map(({ id }) => id);
  const connectors = [...ids([rest, mcp]), "01900000-0000-7000-8000-000000000001"];
  Object.assign(known, {
    tags: ids(tags),
    user: ids(users.map((one) => one.user ?? one)),
    token: tokenIds,
    connector: connectors,
    key: ["get_it", "list", "add"],
    "/admin/tags/{id}": ids(tags),
    "/admin/users/{id}": ids(users.map((one) => one.user ?? one)),
    "/tokens/{id}": tokenIds,
    "/admin/tokens/{id}": tokenIds,
    "/admin/connectors/{id}": connectors,
    "/connectors/{id}": connectors,
    "/runs/{id}": runs,
    "/admin/oauth-clients/{id}": (await send("GET", "/admin/oauth-clients")).body.items.map(
      (one) => one.id ?? one.client_id,
    ),
    retry_of: runs,
    ids: tokenIds,
    owner: ids(users.map((one) => one.user ?? one)),
  });
  for (const [name, list] of Object.entries(known))
    assert.ok(
      list.every((one) => typeof one === "string"),
      `${name}: ${JSON.stringify(list)}`,
    );
}

async function signIn() {
  const answer = await send("POST", "/session", { email: "ann@example.com", password: "correct horse battery staple" });
  assert.equal(answer.status, 201, answer.text);
}
async function send(method, route, body, headers = {}) {
  const response = await fetch(`${wick.url}/api/v1${route}`, {
    method,
    headers: {
      origin: wick.url,
      ...(cookie ? { cookie } : {}),
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...headers,
    },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const set = response.headers.getSetCookie().find((one) => one.startsWith("wick_session="));
  if (set && method === "POST" && route === "/session") cookie = set.split(";")[0];
  const bytes = Buffer.from(await response.arrayBuffer());
  const text = bytes.toString("utf8");
  assert.ok(bytes.equals(Buffer.from(text)), `${method} ${route} answers with bytes that are not UTF-8`);
  const type = response.headers.get("content-type") ?? "";
  return {
    status: response.status,
    text,
    type,
    body: text === "" ? undefined : type.startsWith("application/json") ? JSON.parse(text) : undefined,
  };
}

// ---- values of a schema

const letters = [
  "a",
  "b",
  "Z",
  "0",
  "7",
  " ",
  "-",
  "_",
  ".",
  "é",
  "ß",
  "中",
  "😀",
  '"',
  "\\",
  "/",
  "<",
  "{",
  "%",
  "ñ",
  "Ω",
];
const text = (least, most) => {
  const size = least + below(Math.max(1, Math.min(most, least + (below(4) ? 20 : 400)) - least + 1));
  let out = "";
  // maxLength counts bytes of UTF-8, see the document's description.
  while (Buffer.byteLength(out) < size) {
    const next = pick(letters);
    out += Buffer.byteLength(out + next) > Math.max(most, least) ? "a" : next;
  }
  return out;
};
const hex = (count) => Array.from({ length: count }, () => "0123456789abcdef"[below(16)]).join("");
const uuid = () => `${hex(8)}-${hex(4)}-7${hex(3)}-8${hex(3)}-${hex(12)}`;
const word = () =>
  Array.from({ length: 1 + below(12) }, () => "abcdefghijklmnopqrstuvwxyz0123456789_"[below(37)]).join("");
const made = {
  uuid,
  email: () => `u${hex(8)}@example.com`,
  "date-time": () => new Date(1.7e12 + below(1e9) * 100).toISOString(),
  uri: () => `https://example.com/${word()}`,
};
function string(schema) {
  const { minLength = 0, maxLength = 500, pattern, format, enum: values } = schema;
  if (values) return pick(values);
  if (made[format]) return made[format]();
  if (!pattern) return text(minLength, maxLength);
  const fits = new RegExp(pattern, "u");
  const ways = [
    () => text(Math.max(1, minLength), maxLength),
    () => `a${text(minLength, Math.max(0, maxLength - 1))}`,
    word,
    () => `/${word()}`,
    () => String(below(1000)),
    () => `wick_${hex(32)}`,
    () => hex(64),
    () => `conn:${uuid()}/${word()}`,
    () => "",
  ];
  for (let i = 0; i < 500; ++i) {
    const value = ways[i % ways.length]();
    if (fits.test(value) && value.length >= minLength && Buffer.byteLength(value) <= maxLength) return value;
  }
  throw new Error(`no text of the pattern ${pattern} was found`);
}
const resolve = (schema) =>
  schema.$ref
    ? resolve(
        schema.$ref
          .slice(2)
          .split("/")
          .reduce((at, step) => at[step], spec),
      )
    : schema;
const validators = new Map();
const validatorOf = (schema) => {
  if (!validators.has(schema))
    validators.set(schema, ajv.compile(JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"spec#/'))));
  return validators.get(schema);
};
// Members that exclude each other are tried until they fit.
function fitting(schema, name) {
  const validate = validatorOf(schema);
  for (let i = 0; i < 1000; ++i) {
    const made = value(schema, name);
    if (validate(made)) return made;
  }
  throw new Error(`nothing was found that fits ${JSON.stringify(schema)}: ${ajv.errorsText(validate.errors)}`);
}
function value(given, name, depth = 0) {
  const schema = resolve(given);
  if (schema.const !== undefined) return schema.const;
  if (!schema.properties && (schema.oneOf || schema.anyOf))
    return value(pick(schema.oneOf ?? schema.anyOf), name, depth);
  const type = Array.isArray(schema.type) ? pick(schema.type) : schema.type;
  if (type === "boolean") return below(2) === 1;
  if (type === "null") return null;
  if (type === "integer" || type === "number") {
    const least = schema.minimum ?? -1000,
      most = Math.min(schema.maximum ?? 1000, least + 100000);
    return pick([least, most, least + below(most - least + 1)]);
  }
  if (type === "array") {
    const count = Math.min((schema.minItems ?? 0) + below(4), schema.maxItems ?? 4);
    return Array.from({ length: count }, () => value(schema.items ?? {}, name, depth + 1));
  }
  if (type === "object") {
    const out = {};
    for (const [key, member] of Object.entries(schema.properties ?? {})) {
      if ((schema.required ?? []).includes(key) || below(2)) out[key] = value(member, key, depth + 1);
    }
    if (schema.additionalProperties && schema.additionalProperties !== true) {
      for (let i = below(3); i > 0; --i) out[word()] = value(schema.additionalProperties, name, depth + 1);
    }
    return out;
  }
  if (type === "string") return known[name]?.length && below(2) ? pick(known[name]) : string(schema);
  return {};
}

// ---- one request

function request({ method, path, operation }) {
  const route = path.replace(/\{(\w+)\}/g, (_, name) => {
    const schema = operation.parameters.find((one) => one.in === "path" && one.name === name).schema;
    const ids = known[`${path.split("/{")[0]}/{${name}}`] ?? known[name];
    return encodeURIComponent(ids?.length && below(3) ? pick(ids) : value(schema, name));
  });
  const query = new URLSearchParams();
  for (const parameter of operation.parameters ?? []) {
    if (parameter.in === "query" && (parameter.required || below(2)))
      query.set(parameter.name, String(value(parameter.schema, parameter.name)));
  }
  const schema = operation.requestBody?.content["application/json"].schema;
  return { method, route: route + (query.size ? `?${query}` : ""), body: schema && fitting(schema) };
}

// 400 for a request that the document allows, with the reason why no schema can say it.
const anywhere = /./;
const refusals = [
  [anywhere, /^The scope names (a connector|an operation) that does not exist/, "an id of nothing"],
  [anywhere, /^There is no tag with the id /, "an id of nothing"],
  [anywhere, /^The cursor does not belong to this list /, "a cursor is made by the server"],
  [
    /oauth-clients/,
    /^The app needs a redirect URI, or device codes/,
    "one of three members has to be true or not empty",
  ],
  [/^POST \/(setup|invites)/, /link/, "a link is made by the server"],
  [
    anywhere,
    /^This connector does not (use|take) per-user (accounts|keys)|of this kind of connector are |into connectors of the kind rest/,
    "depends on the connector",
  ],
  [/^PATCH \/admin\/users/, /^This user has no password yet|last admin|yourself/, "depends on the user"],
  [
    /^(POST|PATCH) \/admin\/connectors/,
    /^The (address|base URL) must begin with http|^The command|^Say /,
    "each kind has its own config",
  ],
  [/import\/curl$/, anywhere, "a command has a grammar of its own"],
  [/import\/openapi$/, anywhere, "a document has a grammar of its own"],
  [
    /operations(\/\{key\})?$/,
    /^(The input schema|The path|The body|"pick"|"server"|The request)/,
    "a template has a grammar of its own",
  ],
];
// Which asks a system that is not there.
const unreachable = ["POST /admin/connectors/{id}/refresh 502"];
function check({ name, operation }, asked, answer) {
  const said = `seed ${seed}: ${asked.method} ${asked.route} ${JSON.stringify(asked.body)} → ${answer.status} ${answer.text.slice(0, 500)}`;
  assert.ok(answer.status < 500 || unreachable.includes(`${name} ${answer.status}`), said);
  const documented =
    operation.responses[answer.status] ?? (answer.status >= 400 ? operation.responses.default : undefined);
  assert.ok(documented, `the status is not documented: ${said}`);
  const content = (documented.$ref ? resolve(documented) : documented).content?.["application/json"]?.schema;
  if (content) {
    assert.ok(answer.type.startsWith("application/json"), said);
    const validate = validatorOf(content);
    assert.ok(validate(answer.body), `${ajv.errorsText(validate.errors)}: ${said}`);
  } else assert.equal(answer.text, "", said);
  if (answer.status === 400)
    assert.ok(
      refusals.some(([of, words]) => of.test(name) && words.test(answer.body.error.message)),
      `refused, though the document allows it: ${said}`,
    );
  assert.ok(!answer.text.includes("\uFFFD"), `a text is cut inside of a character: ${said}`);
}

// Signing out and changing the password would end the session that all the others need: they come with what is wrong.
const harmless = {
  "DELETE /session": () => [],
  "PUT /me/password": (asked) => [{ ...asked, body: { ...asked.body, current: "not this one" } }],
};

test("requests that the document allows are not refused for their shape, and what comes back is as it says", async () => {
  for (const one of operations) {
    for (let i = 0; i < requestsOfEach; ++i) {
      for (const asked of (harmless[one.name] ?? ((same) => [same]))(request(one))) {
        const answer = await send(asked.method, asked.route, asked.body);
        check(one, asked, answer);
        if (answer.status === 401 && !one.name.startsWith("POST /session")) await signIn();
      }
    }
  }
});

// Long texts of characters of several bytes, from each offset: whoever cuts one shows half of a character somewhere.
const long = [0, 1, 2, 3].flatMap((offset) =>
  ["é", "中", "😀"].map((character) => "a".repeat(offset) + character.repeat(1500)),
);
function filled(schema, words, depth = 0) {
  const its = resolve(schema);
  if (its.oneOf && !its.properties) return filled(its.oneOf.at(-1), words, depth);
  if (its.type === "string" || its.type?.includes?.("string")) return its.enum?.[0] ?? words;
  if (its.type === "array") return [filled(its.items ?? {}, words, depth + 1)];
  if (its.type !== "object") return its.type === "integer" ? 1 : true;
  const out = Object.fromEntries(
    Object.entries(its.properties ?? {}).map(([key, member]) => [key, filled(member, words, depth + 1)]),
  );
  return its.additionalProperties === true ? { ...out, [words]: words } : out;
}

test("no error and no response cuts a text inside of a character", async () => {
  const whole = async (...of) => {
    const answer = await send(...of);
    assert.ok(!answer.text.includes("\uFFFD"), `${of[0]} ${of[1].slice(0, 100)}: ${answer.text.slice(0, 2000)}`);
    assert.ok(answer.status < 500 || answer.status === 502, answer.text);
    return answer;
  };
  for (const { method, path, operation } of operations) {
    if (method === "DELETE") continue;
    const route = (words) =>
      path.replace(
        /\{(\w+)\}/g,
        (_, name) => (known[`${path.split("/{")[0]}/{${name}}`] ?? known[name])?.[0] ?? encodeURIComponent(words),
      );
    for (const words of long) {
      const query = (operation.parameters ?? [])
        .filter((one) => one.in === "query")
        .map(({ name }) => `${name}=${encodeURIComponent(words)}`);
      const schema = operation.requestBody?.content["application/json"].schema;
      await whole(method, route(words) + (query.length ? `?${query.join("&")}` : ""), schema && filled(schema, words));
      if (!schema) continue;
      await whole(method, route(words), { [words]: 1 });
      for (const member of Object.keys(resolve(schema).properties ?? {}))
        await whole(method, route(words), { [member]: words });
    }
  }
});

test("quotes from imported documents and commands end with a whole character", async () => {
  for (const words of long) {
    const parameters = ["query", "header", "path", words].map((place) => ({
      name: words,
      in: place,
      description: words,
      schema: { type: words, enum: [words, words + 1], default: words, pattern: `${words}(`, $ref: undefined },
    }));
    const one = {
      operationId: words,
      summary: words,
      description: words,
      tags: [words],
      parameters,
      requestBody: { content: { [`application/${words}`]: { schema: { $ref: `#/components/schemas/${words}` } } } },
      responses: {},
    };
    const documents = [
      {
        openapi: "3.0.3",
        info: { title: words, description: words, version: words },
        servers: [{ url: `https://${words}/` }, { url: words, variables: { [words]: { default: words } } }],
        paths: {
          [`/${words}`]: { get: one, [words]: one, post: { ...one, operationId: "x", servers: [{ url: words }] } },
          [`/{${words}}`]: { get: one },
        },
        components: { securitySchemes: { [words]: { type: words, name: words } } },
      },
      { openapi: words },
      { swagger: words, paths: words },
      { [words]: words },
      {
        openapi: "3.1.0",
        info: {},
        paths: { "/x": { get: { ...one, parameters: [{ $ref: `#/${words}` }, { $ref: words }] } } },
      },
    ];
    const texts = [
      ...documents.map((document) => JSON.stringify(document)),
      words,
      `${words}: [`,
      `a: &${words} 1\n? *${words}`,
      `openapi: 3.0.0\npaths: {"/x": !${words} 1}`,
      `"${words}`,
      `a: "\\${words.slice(-2)}"`,
    ];
    for (const document of texts) {
      const { text } = await send("POST", "/admin/connectors/import/openapi", { document });
      assert.ok(!text.includes("\uFFFD"), `${document.slice(0, 100)}: ${text.slice(0, 3000)}`);
    }
    for (const command of [
      words,
      `curl ${words}`,
      `curl -${words}`,
      `curl --${words} x`,
      `curl https://x.test -H '${words}'`,
      `curl https://x.test -H 'X: ${words}' -d '{"${words}":"${words}"}'`,
      `curl "https://${words}"`,
      `curl https://x.test/${words}?${words}=${words}`,
      `curl https://x.test | ${words}`,
      `curl https://x.test -X ${words}`,
      `curl https://x.test -F '${words}'`,
      `curl -u ${words} https://x.test`,
      `curl https://x.test $${words} \`${words}\``,
    ]) {
      const { text } = await send("POST", "/admin/connectors/import/curl", { command });
      assert.ok(!text.includes("\uFFFD"), `${command.slice(0, 100)}: ${text.slice(0, 3000)}`);
    }
  }
});
