// An OAuth client for tests: registration, authorization and consent as a signed-in user, tokens.
import crypto from "node:crypto";
import { remember } from "./wick.mjs";

export const redirectUri = "http://localhost:4711/callback";

export function pkce() {
  const verifier = crypto.randomBytes(32).toString("base64url");
  remember("secrets", verifier);
  return { verifier, challenge: crypto.createHash("sha256").update(verifier).digest("base64url") };
}

export async function register(wick, metadata = {}) {
  const response = await fetch(`${wick.url}/oauth/register`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ client_name: "Test app", redirect_uris: ["http://localhost/callback"], ...metadata }),
  });
  return { status: response.status, headers: response.headers, body: await response.json() };
}

export function authorizeUrl(wick, clientId, challenge, changes = {}) {
  const url = new URL(`${wick.url}/oauth/authorize`);
  const parameters = {
    response_type: "code",
    client_id: clientId,
    redirect_uri: redirectUri,
    state: 'st"a te&1',
    code_challenge: challenge,
    code_challenge_method: "S256",
    resource: `${wick.url}/mcp`,
    ...changes,
  };
  for (const [name, value] of Object.entries(parameters)) if (value !== undefined) url.searchParams.set(name, value);
  return url;
}

/** Sends a GET like the user's browser, without following redirects. */
export async function visit(session, url) {
  const response = await fetch(url, { redirect: "manual", headers: session ? { cookie: session.cookie } : {} });
  return {
    status: response.status,
    headers: response.headers,
    location: response.headers.get("location"),
    text: await response.text(),
  };
}

/** The authorization request that waits for consent after that GET. */
export function requestId({ status, location }) {
  if (status !== 303 || !location.startsWith("/oauth/consent?")) throw new Error(`${status} ${location}`);
  const id = new URL(location, "http://x").searchParams.get("request");
  remember("secrets", id);
  return id;
}

/** Goes from the authorization endpoint to the redirect URI. */
export async function consent(session, url, decision = { approve: true }) {
  const decided = await session.post(`/oauth/requests/${requestId(await visit(session, url))}`, decision);
  if (decided.status !== 200) throw new Error(JSON.stringify(decided.body));
  const back = new URL(decided.body.redirect_to);
  if (back.searchParams.has("code")) remember("secrets", back.searchParams.get("code"));
  return back;
}

export async function token(wick, form, headers = {}) {
  const response = await fetch(`${wick.url}/oauth/token`, {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded", "user-agent": "oauth-test/1", ...headers },
    body: new URLSearchParams(form),
  });
  const body = await response.json();
  for (const name of ["access_token", "refresh_token"]) if (body[name]) remember("secrets", body[name]);
  return { status: response.status, headers: response.headers, body };
}

/** Goes up to the code. Returns the form that gets the tokens, and the redirect. */
export async function authorization(wick, session, { client, changes, decision } = {}) {
  client ??= (await register(wick)).body.client_id;
  const { verifier, challenge } = pkce();
  const back = await consent(session, authorizeUrl(wick, client, challenge, changes), decision);
  const form = {
    grant_type: "authorization_code",
    code: back.searchParams.get("code"),
    client_id: client,
    redirect_uri: redirectUri,
    code_verifier: verifier,
  };
  return { client, back, form };
}

/** A connection of this user: client id and tokens. */
export async function connect(wick, session, { client, scope, decision, headers } = {}) {
  const { form, ...made } = await authorization(wick, session, { client, changes: { scope }, decision });
  const { body } = await token(wick, form, headers);
  return { client: made.client, ...body };
}

export const refresh = (wick, connection, headers, more = {}) =>
  token(
    wick,
    { grant_type: "refresh_token", refresh_token: connection.refresh_token, client_id: connection.client, ...more },
    headers,
  );

/** The server's information about a bearer token: user, kind, and the id of a connection. */
export async function whoami(wick, bearer) {
  return (await fetch(`${wick.url}/api/v1/whoami`, { headers: { authorization: `Bearer ${bearer}` } })).json();
}

/** The storage that the official SDKs need, in memory. `kept.url` is the address for the browser. */
export function memoryProvider(name, kept = {}) {
  return {
    redirectUrl: redirectUri,
    clientMetadata: {
      client_name: name,
      redirect_uris: [redirectUri],
      grant_types: ["authorization_code", "refresh_token"],
      response_types: ["code"],
      token_endpoint_auth_method: "none",
    },
    state: () => "some-state",
    clientInformation: () => kept.client,
    saveClientInformation: (client) => void (kept.client = client),
    tokens: () => kept.tokens,
    saveTokens: (tokens) => {
      kept.tokens = tokens;
      remember("secrets", tokens.access_token);
      remember("secrets", tokens.refresh_token);
    },
    redirectToAuthorization: (url) => void (kept.url = url),
    saveCodeVerifier: (verifier) => void (kept.verifier = verifier),
    codeVerifier: () => kept.verifier,
    saveDiscoveryState: (state) => void (kept.discovery = state),
    discoveryState: () => kept.discovery,
  };
}
