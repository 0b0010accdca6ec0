// Sign-in by OpenID Connect as its tests need it: a real provider, a forger whose every answer can be bent, and a browser
// made of fetch and cookies that walks from /oidc/start through either of them to /oidc/callback.
import { spawnSync } from "node:child_process";
import crypto from "node:crypto";
import { once } from "node:events";
import fs from "node:fs";
import http from "node:http";
import os from "node:os";
import path from "node:path";
import { exportJWK, generateKeyPair } from "jose";
import Provider, { errors } from "oidc-provider";
import { Session, Wick, binary, remember } from "./wick.mjs";

export const clientId = "wick test";
const dead = new Date(0).toUTCString();

// Characters that a client must encode in client_secret_basic (RFC 6749 §2.3.1), or the provider reads another secret.
function newSecret() {
  const secret = `${crypto.randomBytes(24).toString("base64url")}:%+/ &=~`;
  remember("secrets", secret);
  remember("secrets", secret.split(":")[0]);
  return secret;
}

async function newKey(alg, use = "sig") {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  const kid = crypto.randomUUID();
  return {
    kid,
    alg,
    privateKey,
    private: { ...(await exportJWK(privateKey)), kid, alg, use },
    public: { ...(await exportJWK(publicKey)), kid, alg, use },
  };
}

// An http server on a port of its own that counts what it is asked for, by path.
async function startServer(handler) {
  const asked = {};
  const server = http.createServer((request, response) => {
    const { pathname } = new URL(request.url, "http://x");
    asked[pathname] = (asked[pathname] ?? 0) + 1;
    handler(request, response);
  });
  const listen = async (port = 0, host = "127.0.0.1") => {
    server.listen(port, host);
    await once(server, "listening");
  };
  const close = async () => {
    if (!server.listening) return;
    server.close();
    server.closeAllConnections();
    await once(server, "close");
  };
  await listen();
  const { port } = server.address();
  return {
    asked: (pathname) => asked[pathname] ?? 0,
    listen: () => listen(port),
    close,
    port,
    origin: `http://127.0.0.1:${port}`,
  };
}

async function formOf(request) {
  let body = "";
  for await (const chunk of request) body += chunk;
  return new URLSearchParams(body);
}

function send(response, status, body, headers = {}) {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(typeof body === "string" ? body : JSON.stringify(body));
}

// The storage of oidc-provider, which outlives a change of its keys.
function memory() {
  const all = new Map();
  return class {
    constructor(model) {
      this.model = model;
    }
    key = (id) => `${this.model} ${id}`;
    async upsert(id, payload, expiresIn) {
      all.set(this.key(id), { ...payload, ...(expiresIn ? { exp: Math.floor(Date.now() / 1000) + expiresIn } : {}) });
    }
    async find(id) {
      return all.get(this.key(id));
    }
    async findByUid(uid) {
      return [...all].find(([key, one]) => key.startsWith(this.key("")) && one.uid === uid)?.[1];
    }
    async findByUserCode() {}
    async consume(id) {
      all.get(this.key(id)).consumed = Math.floor(Date.now() / 1000);
    }
    async destroy(id) {
      all.delete(this.key(id));
    }
    async revokeByGrantId(grantId) {
      for (const [key, one] of all) if (one.grantId === grantId) all.delete(key);
    }
  };
}

/**
 * npm's oidc-provider. Nobody has to click: whoever `signsIn` names is signed in and has consented, or access is denied
 * when it is null. `accounts` is what the provider knows about people; a test may change it between two sign-ins.
 */
export async function startProvider({ claimsIn = "id_token" } = {}) {
  const self = { clientId, clientSecret: newSecret(), accounts: new Map(), signsIn: undefined, prompts: 0 };
  const redirectUris = [];
  const cookieKeys = [crypto.randomBytes(16).toString("hex")];
  let key = await newKey("RS256");
  const adapter = memory();
  let provider, callback;

  const server = await startServer((request, response) => {
    if (request.url.startsWith("/interaction/")) {
      interact(request, response).catch((error) => send(response, 500, String(error)));
    } else {
      callback(request, response);
    }
  });
  self.issuer = server.origin;
  self.asked = server.asked;
  self.close = server.close;
  self.listen = server.listen;

  async function interact(request, response) {
    const { prompt, params, session, grantId } = await provider.interactionDetails(request, response);
    ++self.prompts;
    if (self.signsIn === null) {
      return provider.interactionFinished(request, response, {
        error: "access_denied",
        error_description: "the person said no",
      });
    }
    if (prompt.name === "login") {
      if (!self.accounts.has(self.signsIn)) throw new Error(`there is no account ${self.signsIn}`);
      return provider.interactionFinished(request, response, { login: { accountId: self.signsIn } });
    }
    const grant = grantId
      ? await provider.Grant.find(grantId)
      : new provider.Grant({ accountId: session.accountId, clientId: params.client_id });
    grant.addOIDCScope(params.scope);
    return provider.interactionFinished(
      request,
      response,
      { consent: { grantId: await grant.save() } },
      { mergeWithLastSubmission: true },
    );
  }

  // oidc-provider cannot change its keys or clients while it runs: another one takes its place at the same address.
  function build() {
    provider = new Provider(self.issuer, {
      clients: [
        {
          client_id: clientId,
          client_secret: self.clientSecret,
          redirect_uris: [...redirectUris],
          response_types: ["code"],
          grant_types: ["authorization_code"],
          token_endpoint_auth_method: "client_secret_basic",
          id_token_signed_response_alg: key.alg,
        },
      ],
      adapter,
      jwks: { keys: [key.private] },
      cookies: { keys: cookieKeys },
      claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name", "groups"] },
      conformIdTokenClaims: claimsIn === "userinfo",
      enabledJWA: { idTokenSigningAlgValues: ["RS256", "PS256", "ES256"] },
      features: { devInteractions: { enabled: false } },
      pkce: { required: () => true },
      interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
      findAccount: (_, sub) =>
        self.accounts.has(sub) && { accountId: sub, claims: () => ({ sub, ...self.accounts.get(sub) }) },
      renderError: (context, out, error) => {
        context.status = error instanceof errors.OIDCProviderError ? error.status : 500;
        context.body = out;
      },
      ttl: { AccessToken: 600, AuthorizationCode: 60, Grant: 3600, IdToken: 600, Interaction: 600, Session: 3600 },
    });
    provider.on("authorization.success", (context, out) => out?.code && remember("secrets", out.code));
    provider.on("grant.success", ({ body, oidc }) => {
      for (const value of [body.access_token, body.id_token, oidc.params.code_verifier])
        if (value) remember("secrets", value);
    });
    self.refusals = [];
    for (const event of ["authorization.error", "grant.error", "server_error", "userinfo.error"]) {
      provider.on(event, (_, error) =>
        self.refusals.push(`${event}: ${error.message} ${error.error_description ?? ""}`),
      );
    }
    callback = provider.callback();
  }
  build();

  self.allow = (redirectUri) => {
    redirectUris.push(redirectUri);
    build();
  };
  /** From now on this new key signs, and the old one is gone. */
  self.rotate = async (alg = "RS256") => {
    key = await newKey(alg);
    build();
  };
  return self;
}

const base64url = (value) =>
  Buffer.from(typeof value === "string" || Buffer.isBuffer(value) ? value : JSON.stringify(value)).toString(
    "base64url",
  );
const hashes = { RS256: "sha256", PS256: "sha256", ES256: "sha256" };

/** A JWS whose header, payload and signature are whatever the test wants; `sign` is given what is to be signed. */
export function forge(header, payload, sign) {
  const signed = `${base64url(header)}.${base64url(payload)}`;
  const token = `${signed}.${base64url(sign(signed))}`;
  remember("secrets", token);
  return token;
}

export function signWith(key, alg = key.alg) {
  const privateKey = crypto.createPrivateKey({ key: key.private, format: "jwk" });
  const how = {
    PS256: { padding: crypto.constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 },
    ES256: { dsaEncoding: "ieee-p1363" },
  };
  return (signed) => crypto.sign(hashes[alg], Buffer.from(signed), { key: privateKey, ...how[alg] });
}
const hmac = (secret) => (signed) => crypto.createHmac("sha256", secret).update(signed).digest();
const nothing = () => Buffer.alloc(0);

/**
 * A provider that signs in at once whoever `account` describes, and gives the same answer to a code however often it is
 * redeemed. `bend` says what it does wrong:
 *   discovery(document), jwks(keys)  -> the document instead
 *   claims(claims)                   -> the claims of the ID token instead
 *   token(claims, forger)            -> the ID token instead
 *   callback(parameters)             -> changes what is sent back to Wick
 *   answers: { '/path': (request, response) => … }  answers by itself
 */
export async function startForger() {
  const self = {
    clientId,
    clientSecret: newSecret(),
    bend: {},
    account: {},
    redeemed: [],
    userinfo: {},
    keys: {
      RS256: await newKey("RS256"),
      PS256: await newKey("PS256"),
      ES256: await newKey("ES256"),
      forEncryption: await newKey("RS256", "enc"),
    },
  };
  self.key = self.keys.RS256;
  self.published = Object.values(self.keys);
  const waiting = new Map();

  const server = await startServer(async (request, response) => {
    const url = new URL(request.url, self.issuer);
    const own = self.bend.answers?.[url.pathname];
    if (own) return own(request, response);
    const route = routes[`${request.method} ${url.pathname}`];
    if (!route) return send(response, 404, { error: "not_found" });
    try {
      await route(request, response, url.searchParams);
    } catch (error) {
      send(response, 500, { error: String(error) });
    }
  });
  self.issuer = server.origin;
  self.asked = server.asked;
  self.close = server.close;
  self.listen = server.listen;
  self.allow = () => {};

  const routes = {
    "GET /.well-known/openid-configuration": (_, response) => {
      const document = {
        issuer: self.issuer,
        authorization_endpoint: `${self.issuer}/authorize`,
        token_endpoint: `${self.issuer}/token`,
        userinfo_endpoint: `${self.issuer}/userinfo`,
        jwks_uri: `${self.issuer}/jwks`,
        response_types_supported: ["code"],
        subject_types_supported: ["public"],
        id_token_signing_alg_values_supported: ["RS256", "PS256", "ES256"],
        token_endpoint_auth_methods_supported: ["client_secret_basic"],
        code_challenge_methods_supported: ["S256"],
        authorization_response_iss_parameter_supported: true,
      };
      send(response, 200, self.bend.discovery ? self.bend.discovery(document) : document);
    },
    "GET /jwks": (_, response) => {
      const keys = self.published.map((key) => key.public);
      send(response, 200, { keys: self.bend.jwks ? self.bend.jwks(keys) : keys });
    },
    "GET /authorize": (_, response, query) => {
      const code = crypto.randomBytes(24).toString("base64url");
      remember("secrets", code);
      waiting.set(code, Object.fromEntries(query));
      const back = new URL(query.get("redirect_uri"));
      back.searchParams.set("code", code);
      back.searchParams.set("state", query.get("state"));
      back.searchParams.set("iss", self.issuer);
      self.bend.callback?.(back.searchParams);
      response.writeHead(303, { location: String(back) }).end();
    },
    "POST /token": async (request, response) => {
      const form = await formOf(request);
      const asked = waiting.get(form.get("code"));
      const [name, secret] = Buffer.from((request.headers.authorization ?? "").replace(/^Basic /, ""), "base64")
        .toString()
        .split(":")
        .map((part) => decodeURIComponent(part.replaceAll("+", " ")));
      if (name !== clientId || secret !== self.clientSecret) return send(response, 401, { error: "invalid_client" });
      const verifier = form.get("code_verifier") ?? "";
      remember("secrets", verifier);
      const challenge = crypto.createHash("sha256").update(verifier).digest("base64url");
      if (
        form.get("grant_type") !== "authorization_code" ||
        asked?.redirect_uri !== form.get("redirect_uri") ||
        asked.code_challenge !== challenge
      ) {
        return send(response, 400, { error: "invalid_grant" });
      }
      self.redeemed.push(form.get("code"));
      const now = Math.floor(Date.now() / 1000);
      const own = { iss: self.issuer, aud: clientId, iat: now, exp: now + 300, nonce: asked.nonce, ...self.account };
      const claims = self.bend.claims ? self.bend.claims(own) : own;
      const token = self.bend.token
        ? self.bend.token(claims, self)
        : forge({ typ: "JWT", alg: self.key.alg, kid: self.key.kid }, claims, signWith(self.key));
      const access = crypto.randomBytes(24).toString("base64url");
      remember("secrets", access);
      self.accessToken = access;
      send(
        response,
        200,
        { access_token: access, token_type: "Bearer", expires_in: 300, id_token: token },
        { "cache-control": "no-store" },
      );
    },
    "GET /userinfo": (request, response) => {
      if (request.headers.authorization !== `Bearer ${self.accessToken}`)
        return send(response, 401, { error: "invalid_token" });
      send(response, 200, { sub: self.account.sub, ...self.userinfo });
    },
  };

  /** Resets the forger to honest behaviour, with a new account. */
  self.reset = (account = {}) => {
    const sub = crypto.randomUUID();
    self.bend = {};
    self.userinfo = {};
    self.key = self.keys.RS256;
    self.published = Object.values(self.keys);
    self.account = { sub, email: `${sub}@example.com`, email_verified: true, name: "Forged", ...account };
    return self.account;
  };
  self.reset();
  return self;
}

const stranger = await newKey("RS256");
const without =
  (name) =>
  ({ [name]: _, ...rest }) =>
    rest;
const withHeader =
  (change) =>
  (claims, { key }) => {
    const header = { typ: "JWT", alg: key.alg, kid: key.kid, ...change };
    return forge(header, claims, signWith(key));
  };
const pem = (key) => crypto.createPublicKey({ key: key.public, format: "jwk" }).export({ type: "spki", format: "pem" });

/** Every ID token that must not sign anybody in: how to bend a forger, and words that the log has to have about it. */
export const badTokens = {
  "has another issuer": { bend: { claims: (claims) => ({ ...claims, iss: "https://evil.example" }) }, says: /iss/i },
  "has no issuer": { bend: { claims: without("iss") }, says: /iss/i },
  "has an issuer that differs in a slash": {
    bend: { claims: (claims) => ({ ...claims, iss: `${claims.iss}/` }) },
    says: /iss/i,
  },
  "is for another client": { bend: { claims: (claims) => ({ ...claims, aud: "another" }) }, says: /aud/i },
  "is for a list of other clients": {
    bend: { claims: (claims) => ({ ...claims, aud: ["another", `${claims.aud}2`] }) },
    says: /aud/i,
  },
  "is for nobody": { bend: { claims: without("aud") }, says: /aud/i },
  "was issued to another party": {
    bend: { claims: (claims) => ({ ...claims, aud: [claims.aud, "another"], azp: "another" }) },
    says: /azp|authorized party|audience/i,
  },
  "was issued to another party, for us alone": {
    bend: { claims: (claims) => ({ ...claims, azp: "another" }) },
    says: /azp|authorized party/i,
  },
  "has expired": {
    bend: { claims: (claims) => ({ ...claims, iat: claims.iat - 7200, exp: claims.iat - 3600 }) },
    says: /\bexp|\bends?\b/i,
  },
  "never expires": { bend: { claims: without("exp") }, says: /\bexp|\bends?\b/i },
  "expires at a text": {
    bend: { claims: (claims) => ({ ...claims, exp: String(claims.exp) }) },
    says: /\bexp|\bends?\b/i,
  },
  "is from the future": {
    bend: { claims: (claims) => ({ ...claims, iat: claims.iat + 3600, exp: claims.iat + 7200 }) },
    says: /iat|future|issued/i,
  },
  "has no time of issue": { bend: { claims: without("iat") }, says: /iat|issued/i },
  "has another nonce": { bend: { claims: (claims) => ({ ...claims, nonce: crypto.randomUUID() }) }, says: /nonce/i },
  "has no nonce": { bend: { claims: without("nonce") }, says: /nonce/i },
  "has an empty nonce": { bend: { claims: (claims) => ({ ...claims, nonce: "" }) }, says: /nonce/i },
  "is about nobody": { bend: { claims: without("sub") }, says: /sub/i },
  "is about an empty subject": { bend: { claims: (claims) => ({ ...claims, sub: "" }) }, says: /sub/i },
  "is about a number": { bend: { claims: (claims) => ({ ...claims, sub: 7 }) }, says: /sub/i },
  "is not signed": { bend: { token: (claims) => forge({ alg: "none" }, claims, nothing) }, says: /alg|sign|none/i },
  "is not signed, in other letters, and names a key": {
    bend: { token: (claims, { key }) => forge({ alg: "nOnE", kid: key.kid }, claims, nothing) },
    says: /alg|sign|none/i,
  },
  "is signed with the client secret": {
    bend: { token: (claims, { clientSecret }) => forge({ alg: "HS256" }, claims, hmac(clientSecret)) },
    says: /alg|HS256/i,
  },
  "is signed with the public key as a secret": {
    bend: { token: (claims, { key }) => forge({ alg: "HS256", kid: key.kid }, claims, hmac(pem(key))) },
    says: /alg|HS256/i,
  },
  "is signed by a stranger who uses our key id": {
    bend: { token: (claims, { key }) => forge({ alg: "RS256", kid: key.kid }, claims, signWith(stranger)) },
    says: /sign/i,
  },
  "is signed by a stranger, with no key id": {
    bend: { token: (claims) => forge({ alg: "RS256" }, claims, signWith(stranger)) },
    says: /sign|key/i,
  },
  "is signed by a stranger with a key id of his own": {
    bend: { token: (claims) => forge({ alg: "RS256", kid: stranger.kid }, claims, signWith(stranger)) },
    says: /key/i,
  },
  "brings its own key": {
    bend: {
      token: (claims, { key }) =>
        forge({ alg: "RS256", kid: key.kid, jwk: stranger.public }, claims, signWith(stranger)),
    },
    says: /sign|jwk/i,
  },
  "is signed with a key that is for encryption": {
    bend: {
      token: (claims, { keys: { forEncryption } }) =>
        forge({ alg: "RS256", kid: forEncryption.kid }, claims, signWith(forEncryption)),
    },
    says: /key|use/i,
  },
  "names a key of another kind": {
    bend: { token: (claims, { keys }) => forge({ alg: "RS256", kid: keys.ES256.kid }, claims, signWith(keys.RS256)) },
    says: /key|sign|alg/i,
  },
  "has zeros for an elliptic signature": {
    bend: { token: (claims, { keys }) => forge({ alg: "ES256", kid: keys.ES256.kid }, claims, () => Buffer.alloc(64)) },
    says: /sign/i,
  },
  "has a signature cut short": {
    bend: {
      token: (claims, { key }) =>
        forge({ alg: key.alg, kid: key.kid }, claims, (signed) => signWith(key)(signed).subarray(0, 128)),
    },
    says: /sign/i,
  },
  "has the signature of other claims": {
    bend: {
      token: (claims, { key }) =>
        forge({ alg: key.alg, kid: key.kid }, claims, () =>
          signWith(key)(`${base64url({ alg: key.alg, kid: key.kid })}.${base64url({ ...claims, sub: "other" })}`),
        ),
    },
    says: /sign/i,
  },
  "demands what nobody understands": {
    bend: { token: withHeader({ crit: ["https://wick.example/new"], "https://wick.example/new": true }) },
    says: /crit|header/i,
  },
  "is not a token": { bend: { token: () => "no.token" }, says: /token/i },
  "has claims that are a list": {
    bend: { token: (_, { key }) => forge({ alg: key.alg, kid: key.kid }, [1, 2], signWith(key)) },
    says: /token|claims|JSON/i,
  },
};

/** Writes to the client until it closes the connection; `sent` counts the bytes. */
export function endless(sent) {
  return (_, response) => {
    response.writeHead(200, { "content-type": "application/json" });
    response.write('{"padding":"');
    const chunk = Buffer.alloc(1 << 16, "x");
    const more = () => {
      while (!response.destroyed && !response.writableEnded) {
        sent.bytes += chunk.length;
        // The test also ends when the client does not close the connection.
        if (sent.bytes > 1 << 28) return response.end('"}');
        if (!response.write(chunk)) return response.once("drain", more);
      }
    };
    more();
  };
}

/** Wick with this provider; settings without the "oidc." that most begin with. */
export async function startWick(provider, settings = {}, { args = [], ...options } = {}) {
  const all = { issuer: provider.issuer, client_id: provider.clientId, ...settings };
  const set = Object.entries(all).flatMap(([name, value]) => [
    "--set",
    `${name.includes(".") ? name : `oidc.${name}`}=${value}`,
  ]);
  // Wick.start passes on the environment of this process.
  process.env.WICK_OIDC_CLIENT_SECRET = provider.clientSecret;
  try {
    const wick = await Wick.start({ ...options, args: [...set, ...args] });
    provider.allow(`${wick.url}/oidc/callback`);
    return wick;
  } finally {
    delete process.env.WICK_OIDC_CLIENT_SECRET;
  }
}

/**
 * Until the sign-in works, as a patient person tries it: Wick asks for new keys only every few seconds, and slows down who
 * fails often.
 */
export async function enterPatiently(wick, provider, options, seconds = 20) {
  for (const end = Date.now() + seconds * 1000; ;) {
    const answer = await signInThrough(wick, provider, options);
    if (answer.session) return answer;
    if (Date.now() > end)
      throw new Error(`no sign-in within ${seconds} seconds: ${answer.location} ${wick.errors.slice(-300)}`);
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

/** `wick serve` that should refuse to start: its exit code and what it said. One that starts is ended. */
export function serveOnce(settings, env = {}) {
  const data = fs.mkdtempSync(path.join(os.tmpdir(), "wick-data-"));
  remember("folders", data);
  const args = [
    "serve",
    "--data",
    data,
    "--listen",
    "127.0.0.1:0",
    ...Object.entries(settings).flatMap(([name, value]) => ["--set", `${name}=${value}`]),
  ];
  const { status, stderr, stdout } = spawnSync(binary, args, {
    encoding: "utf8",
    timeout: 5000,
    env: { ...process.env, ...env },
  });
  return { code: status, stderr, stdout };
}

// The cookies of one site, by name.
export class Jar extends Map {
  take(response) {
    for (const line of response.headers.getSetCookie()) {
      const [pair, ...attributes] = line.split("; ");
      const [name, value] = [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)];
      const gone =
        value === "" ||
        attributes.some((one) => /^max-age=0$/i.test(one) || one.toLowerCase() === `expires=${dead}`.toLowerCase());
      if (gone) this.delete(name);
      else this.set(name, value);
    }
  }
  get header() {
    return this.size ? { cookie: [...this].map(([name, value]) => `${name}=${value}`).join("; ") } : {};
  }
}

async function go(url, jar) {
  const response = await fetch(url, { redirect: "manual", headers: jar.header, signal: AbortSignal.timeout(60_000) });
  jar.take(response);
  const location = response.headers.get("location");
  return {
    status: response.status,
    headers: response.headers,
    setCookies: response.headers.getSetCookie(),
    location,
    text: await response.text(),
  };
}

export const errorOf = (location) => new URL(location ?? "/", "http://wick").searchParams.get("error");

/** GET /oidc/start; `location` leads to the provider. What the browser got to keep is in `jar`. */
export async function begin(wick, { next, jar = new Jar() } = {}) {
  const answer = await go(
    `${wick.url}/oidc/start${next === undefined ? "" : `?next=${encodeURIComponent(next)}`}`,
    jar,
  );
  for (const [name, value] of jar) if (name.endsWith("wick_oidc")) remember("secrets", value);
  return { ...answer, jar };
}

/** From the authorization endpoint to the address that the provider sends the browser back to. */
export async function throughProvider(location, back, jar = new Jar()) {
  for (let hops = 0; hops < 12; ++hops) {
    const answer = await go(location, jar);
    if (!answer.location) throw new Error(`the provider answered ${answer.status}: ${answer.text}`);
    location = String(new URL(answer.location, location));
    if (location.startsWith(back)) return location;
  }
  throw new Error("the provider does not send the browser back");
}

/** GET /oidc/callback…, and the session when there is one. */
export async function finish(wick, callback, jar) {
  const before = jar.get("wick_session");
  const answer = await go(callback, jar);
  const given = answer.setCookies.find((line) => line.startsWith("wick_session="));
  let session;
  if (given && jar.has("wick_session") && jar.get("wick_session") !== before) {
    session = new Session(wick);
    session.cookie = `wick_session=${jar.get("wick_session")}`;
    session.cookieAttributes = given;
    remember("secrets", jar.get("wick_session"));
  }
  return { ...answer, error: errorOf(answer.location), session, jar };
}

/**
 * The whole way. `account` is whom the real provider signs in; `providerJar` is what the browser has of the provider;
 * `tamper({ url, jar })` may change the callback before it is called. When Wick does not even start, `started` is false.
 */
export async function signInThrough(wick, provider, { account, next, jar, providerJar, tamper } = {}) {
  if (account !== undefined) provider.signsIn = account;
  const start = await begin(wick, { next, jar });
  if (!start.location?.startsWith("http")) return { ...start, start, started: false, error: errorOf(start.location) };
  const url = new URL(await throughProvider(start.location, `${wick.url}/oidc/callback`, providerJar));
  const callback = { url, jar: start.jar };
  await tamper?.(callback);
  return {
    ...(await finish(wick, String(callback.url), callback.jar)),
    start,
    callback: String(callback.url),
    started: true,
  };
}
