// An OAuth client as its tests need it: registration, authorize and consent as a signed-in person, tokens.
import crypto from 'node:crypto';
import { remember } from './wick.mjs';

export const redirectUri = 'http://localhost:4711/callback';

export function pkce() {
  const verifier = crypto.randomBytes(32).toString('base64url');
  return { verifier, challenge: crypto.createHash('sha256').update(verifier).digest('base64url') };
}

export async function register(wick, metadata = {}) {
  const response = await fetch(`${wick.url}/oauth/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ client_name: 'Test app', redirect_uris: ['http://localhost/callback'], ...metadata }),
  });
  return { status: response.status, headers: response.headers, body: await response.json() };
}

export function authorizeUrl(wick, clientId, challenge, changes = {}) {
  const url = new URL(`${wick.url}/oauth/authorize`);
  const parameters = {
    response_type: 'code', client_id: clientId, redirect_uri: redirectUri, state: 'st"a te&1', code_challenge: challenge,
    code_challenge_method: 'S256', resource: `${wick.url}/mcp`, ...changes,
  };
  for (const [name, value] of Object.entries(parameters)) if (value !== undefined) url.searchParams.set(name, value);
  return url;
}

/** GET as the person's browser would, without following. */
export async function visit(session, url) {
  const response = await fetch(url, { redirect: 'manual', headers: session ? { cookie: session.cookie } : {} });
  return { status: response.status, headers: response.headers, location: response.headers.get('location'), text: await response.text() };
}

/** From the authorize address to where the browser is sent back. */
export async function consent(session, url, decision = { approve: true }) {
  const { status, location } = await visit(session, url);
  if (status !== 303 || !location.startsWith('/oauth/consent')) throw new Error(`${status} ${location}`);
  const id = new URL(location, 'http://x').searchParams.get('request');
  const decided = await session.post(`/oauth/requests/${id}`, decision);
  if (decided.status !== 200) throw new Error(JSON.stringify(decided.body));
  const back = new URL(decided.body.redirect_to);
  if (back.searchParams.has('code')) remember('secrets', back.searchParams.get('code'));
  return back;
}

export async function token(wick, form, headers = {}) {
  const response = await fetch(`${wick.url}/oauth/token`, {
    method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded', 'user-agent': 'oauth-test/1', ...headers }, body: new URLSearchParams(form),
  });
  const body = await response.json();
  for (const name of ['access_token', 'refresh_token']) if (body[name]) remember('secrets', body[name]);
  return { status: response.status, headers: response.headers, body };
}

/** A connection of this person: client id and tokens. */
export async function connect(wick, session, { scope, decision } = {}) {
  const client = (await register(wick)).body.client_id;
  const { verifier, challenge } = pkce();
  const back = await consent(session, authorizeUrl(wick, client, challenge, { scope }), decision);
  const { body } = await token(wick, { grant_type: 'authorization_code', code: back.searchParams.get('code'), client_id: client, redirect_uri: redirectUri, code_verifier: verifier });
  return { client, ...body };
}
