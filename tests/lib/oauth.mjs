// An OAuth client as its tests need it: registration, authorize and consent as a signed-in person, tokens.
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

/** GET as the person's browser would, without following. */
export async function visit(session, url) {
  const response = await fetch(url, { redirect: "manual", headers: session ? { cookie: session.cookie } : {} });
  return {
    status: response.status,
    headers: response.headers,
    location: response.headers.get("location"),
    text: await response.text(),
  };
}

/** The request that waits for consent after such a visit. */
export function requestId({ status, location }) {
  if (status !== 303 || !location.startsWith("/oauth/consent?")) throw new Error(`${status} ${location}`);
  const id = new URL(location, "http://x").searchParams.get("request");
  remember("secrets", id);
  return id;
}

/** From the authorize address to where the browser is sent back. */
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

/** Up to the code: the form that gets its tokens, and where the browser was sent. */
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

/** A connection of this person: client id and tokens. */
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

/** What the server says about a bearer token: its person, kind, and for a connection its id. */
export async function whoami(wick, bearer) {
  return (await fetch(`${wick.url}/api/v1/whoami`, { headers: { authorization: `Bearer ${bearer}` } })).json();
}

/** What the official SDKs ask of an application, kept in memory; `kept.url` is where the browser should go. */
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
