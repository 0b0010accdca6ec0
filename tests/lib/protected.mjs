// An MCP server (2026-07-28) that wants each caller's own account, with its authorization server at the same origin or at
// another. It is strict about the duties of a client, approves immediately, and can be made hostile by a test.
import crypto from "node:crypto";
import { once } from "node:events";
import http from "node:http";
import { remember } from "./wick.mjs";

const json = (response, status, body, headers = {}) =>
  response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));
const secret = (prefix) => {
  const text = `${prefix}-${crypto.randomBytes(24).toString("base64url")}`;
  remember("secrets", text);
  return text;
};

async function serve(handler, host = "127.0.0.1") {
  const server = http
    .createServer(async (request, response) => {
      const chunks = [];
      for await (const chunk of request) chunks.push(chunk);
      try {
        await handler(request, response, Buffer.concat(chunks).toString());
      } catch (error) {
        json(response, 500, { error: String(error) });
      }
    })
    .listen(0, host);
  await once(server, "listening");
  return {
    origin: `http://${host}:${server.address().port}`,
    close: () => (server.closeAllConnections(), server.close()),
  };
}

/**
 * The authorization server. `signsIn`: whose account the browser is let in with; null: access is denied. Knobs that a test
 * may turn at any time: `metadata(document)`, `answer(parameters)` of the redirect, `tokenSeconds`, `refuses` (the error of
 * every refresh), `gate` (a promise that the token endpoint waits for), `givesRefresh`, `says` (more of the token response).
 */
export async function startAuthorizationServer({
  host,
  methods = ["client_secret_basic"],
  registration = true,
  iss = true,
  prefix = "",
} = {}) {
  const self = {
    signsIn: "ann@upstream",
    tokenSeconds: 3600,
    givesRefresh: true,
    refuses: null,
    gate: null,
    says: {},
    metadata: (document) => document,
    answer: (parameters) => parameters,
    clients: new Map(),
    asked: [],
    authorizations: [],
    tokenRequests: [],
    revoked: [],
    registrations: [],
  };
  const codes = new Map();
  const refreshTokens = new Map();
  const accessTokens = new Map();

  function clientOf(request, form) {
    const basic =
      request.headers.authorization?.startsWith("Basic ") &&
      Buffer.from(request.headers.authorization.slice(6), "base64").toString().split(":").map(decodeURIComponent);
    const [id, key] = basic || [form.get("client_id"), form.get("client_secret")];
    const client = self.clients.get(id);
    const method = basic ? "client_secret_basic" : key ? "client_secret_post" : "none";
    if (!client || client.method !== method || (client.secret && client.secret !== key)) return null;
    return client;
  }

  function issue(grant) {
    const access = secret("at");
    accessTokens.set(access, { ...grant, expires: Date.now() + self.tokenSeconds * 1000 });
    const body = {
      access_token: access,
      token_type: "Bearer",
      expires_in: self.tokenSeconds,
      ...(grant.scope ? { scope: grant.scope } : {}),
    };
    if (self.givesRefresh && grant.account) {
      body.refresh_token = secret("rt");
      refreshTokens.set(body.refresh_token, grant);
    }
    return { ...body, ...self.says };
  }

  async function token(request, response, body) {
    const form = new URLSearchParams(body);
    self.tokenRequests.push(Object.fromEntries(form));
    if (self.gate) await self.gate;
    const client = clientOf(request, form);
    if (!client) return json(response, 401, { error: "invalid_client", error_description: body });
    const refused = (error) => json(response, 400, { error, error_description: `you sent ${body}` });
    switch (form.get("grant_type")) {
      case "authorization_code": {
        const code = codes.get(form.get("code"));
        codes.delete(form.get("code"));
        const challenge = crypto
          .createHash("sha256")
          .update(form.get("code_verifier") ?? "")
          .digest("base64url");
        const sound =
          code &&
          code.client === client.id &&
          code.redirect_uri === form.get("redirect_uri") &&
          code.challenge === challenge &&
          code.resource === form.get("resource");
        return sound
          ? json(
              response,
              200,
              issue({ account: code.account, scope: code.scope, resource: code.resource, client: client.id }),
            )
          : refused("invalid_grant");
      }
      case "refresh_token": {
        if (self.refuses) return refused(self.refuses);
        const grant = refreshTokens.get(form.get("refresh_token"));
        refreshTokens.delete(form.get("refresh_token"));
        return grant && grant.client === client.id && grant.resource === form.get("resource")
          ? json(response, 200, issue(grant))
          : refused("invalid_grant");
      }
      case "client_credentials":
        return json(
          response,
          200,
          issue({ service: client.id, scope: form.get("scope"), resource: form.get("resource"), client: client.id }),
        );
      default:
        return refused("unsupported_grant_type");
    }
  }

  const server = await serve(async (request, response, body) => {
    const url = new URL(request.url, self.origin);
    self.asked.push(url.pathname);
    switch (`${request.method} ${url.pathname}`) {
      case `GET /.well-known/oauth-authorization-server${prefix}`: {
        const at = (path) => `${self.issuer}${path}`;
        const document = self.metadata({
          issuer: self.issuer,
          authorization_endpoint: at("/authorize"),
          token_endpoint: at("/token"),
          revocation_endpoint: at("/revoke"),
          ...(registration ? { registration_endpoint: at("/register") } : {}),
          response_types_supported: ["code"],
          code_challenge_methods_supported: ["S256"],
          token_endpoint_auth_methods_supported: methods,
          ...(iss ? { authorization_response_iss_parameter_supported: true } : {}),
        });
        if (typeof document === "function") return document(response);
        return json(response, 200, document);
      }
      case `POST ${prefix}/register`: {
        const metadata = JSON.parse(body);
        self.registrations.push(metadata);
        const client = self.addClient({
          redirect_uris: metadata.redirect_uris,
          method: metadata.token_endpoint_auth_method,
        });
        return json(response, 201, {
          ...metadata,
          client_id: client.id,
          ...(client.secret ? { client_secret: client.secret } : {}),
        });
      }
      case `GET ${prefix}/authorize`: {
        const asked = Object.fromEntries(url.searchParams);
        self.authorizations.push(asked);
        const client = self.clients.get(asked.client_id);
        if (!client?.redirect_uris.includes(asked.redirect_uri))
          return json(response, 400, { error: "unknown client or redirect URI" });
        const code = secret("code");
        codes.set(code, {
          client: client.id,
          redirect_uri: asked.redirect_uri,
          challenge: asked.code_challenge,
          scope: asked.scope,
          resource: asked.resource,
          account: self.signsIn,
        });
        const back = new URL(asked.redirect_uri);
        const parameters = self.answer({
          ...(self.signsIn === null ? { error: "access_denied" } : { code }),
          state: asked.state,
          ...(iss ? { iss: self.issuer } : {}),
        });
        for (const [name, value] of Object.entries(parameters))
          if (value !== undefined) back.searchParams.set(name, value);
        return response.writeHead(302, { location: back.href }).end();
      }
      case `POST ${prefix}/token`:
        return token(request, response, body);
      case `POST ${prefix}/revoke`: {
        const form = new URLSearchParams(body);
        if (!clientOf(request, form)) return json(response, 401, { error: "invalid_client" });
        self.revoked.push(form.get("token"));
        for (const all of [refreshTokens, accessTokens]) all.delete(form.get("token"));
        return response.writeHead(200).end();
      }
      default:
        return json(response, 404, {});
    }
  }, host);
  Object.assign(self, server, {
    issuer: server.origin + prefix,
    /** The grant of a valid access token. */
    grantOf: (access) => {
      const grant = accessTokens.get(access);
      return grant && grant.expires > Date.now() ? grant : null;
    },
    /** Ends all access tokens; refresh tokens live on. */
    forgetAccess: () => accessTokens.clear(),
    addClient: ({ id = `client-${crypto.randomUUID()}`, redirect_uris = [], method = "client_secret_basic" } = {}) => {
      const client = { id, redirect_uris, method, ...(method === "none" ? {} : { secret: secret("cs") }) };
      self.clients.set(id, client);
      return client;
    },
    refreshes: () => self.tokenRequests.filter(({ grant_type }) => grant_type === "refresh_token").length,
  });
  return self;
}

/**
 * The MCP server. `server`: its authorization server. `scopeFor(tool)`: the scope that a call needs. Knobs: `metadata(document)`,
 * `server`. With `keys` (key → { account }) it takes those, in X-API-Key or as Bearer.
 */
export async function startProtected(server, { host, keys } = {}) {
  const self = { server, asked: [], scopeFor: () => null, metadata: (document) => document, keys };
  const served = await serve(async (request, response, body) => {
    const { pathname } = new URL(request.url, self.origin);
    self.asked.push({ path: pathname, headers: request.headers, body });
    if (pathname === "/.well-known/oauth-protected-resource/mcp") {
      const document = self.metadata({
        resource: self.url,
        authorization_servers: [self.server.issuer],
        scopes_supported: ["tools"],
      });
      return typeof document === "function" ? document(response) : json(response, 200, document);
    }
    if (pathname !== "/mcp" || request.method !== "POST") return json(response, 404, {});
    const refuse = (status, more = "") =>
      response
        .writeHead(status, {
          "www-authenticate": `Bearer realm="x", resource_metadata="${self.origin}/.well-known/oauth-protected-resource/mcp"${more}`,
        })
        .end();
    const bearer = request.headers.authorization?.replace(/^Bearer /, "");
    const grant = keys ? keys.get(request.headers["x-api-key"] ?? bearer) : await self.server.grantOf(bearer);
    if (!grant || (!keys && grant.resource !== self.url)) return refuse(401);
    const { id, method, params } = JSON.parse(body);
    const result = (value) => json(response, 200, { jsonrpc: "2.0", id, result: { resultType: "complete", ...value } });
    const tools = ["whoami", "echo", "write"].map((name) => ({
      name,
      description: name,
      inputSchema: { type: "object" },
    }));
    if (method === "server/discover")
      return result({
        supportedVersions: ["2026-07-28"],
        capabilities: { tools: {} },
        ttlMs: 0,
        cacheScope: "private",
      });
    if (method === "tools/list") return result({ tools, ttlMs: 0, cacheScope: "private" });
    const scope = self.scopeFor(params.name);
    if (scope && !(grant.scope ?? "").split(" ").includes(scope))
      return refuse(403, `, error="insufficient_scope", scope="${scope}"`);
    const text = params.name === "echo" ? `you sent ${bearer}` : (grant.account ?? grant.service);
    return result({ content: [{ type: "text", text }] });
  }, host);
  return Object.assign(self, served, {
    url: `${served.origin}/mcp`,
    calls: () => self.asked.filter(({ body }) => body.includes("tools/call")).length,
  });
}
