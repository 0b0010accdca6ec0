// Signing in by OpenID Connect: who gets in and as whom with a real provider, and what a bent one, a bent address or a bent
// cookie gets.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import fs from 'node:fs';
import { once } from 'node:events';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { launch } from '../lib/browser.mjs';
import { authorizeUrl, pkce, redirectUri, register, token as exchange } from '../lib/oauth.mjs';
import { Jar, badTokens, begin, endless, enterPatiently, errorOf, finish, forge, serveOnce, signInThrough, signWith, startForger, startProvider, startWick, throughProvider } from '../lib/oidc.mjs';
import { Session, Wick, callTool, notesId, password, remember, remembered, until } from '../lib/wick.mjs';

const me = async (session) => (await session.get('/session')).body.user;
const users = async (admin) => (await admin.get('/admin/users?page_size=200')).body.items;
const find = async (admin, email) => (await users(admin)).find((user) => user.email === email);

function refused(answer, error = 'oidc_failed') {
  assert.equal(answer.status, 303, answer.text);
  assert.equal(new URL(answer.location, 'http://wick').pathname, '/sign-in', answer.location);
  assert.equal(answer.error, error);
  assert.ok(answer.location.startsWith('/'), 'stays here');
  assert.ok(!answer.setCookies.some((line) => line.startsWith('wick_session=')), 'no session');
  assert.equal(answer.session, undefined);
}

// A provider in trouble: whether it "failed" or is "unavailable" is not for a test to say.
const refusedSomehow = (answer) => refused(answer, answer.error === 'oidc_unavailable' ? 'oidc_unavailable' : 'oidc_failed');

function signedIn(answer, location = '/') {
  assert.deepEqual([answer.status, answer.location], [303, location], answer.text);
  assert.ok(answer.session, 'a session');
  assert.ok(!answer.jar.has('wick_oidc'), 'what was kept for the sign-in is gone');
}

// What Wick logs as a warning while `act` runs.
async function warningOf(wick, act, says) {
  const start = wick.errors.length;
  const value = await act();
  const lines = () => wick.errors.slice(start).split('\n').filter((line) => /\bwarn/.test(line));
  await until(() => lines().some((line) => says.test(line)), 5, `no warning that says ${says}, but: ${wick.errors.slice(start)}`);
  return value;
}

describe('with a real provider', () => {
  let provider;
  before(async () => (provider = await startProvider()));
  after(() => provider.close());

  // A Wick of its own for a test, and its admin.
  async function open(t, settings, options) {
    const wick = await startWick(provider, settings, options);
    t.after(() => wick.stop());
    return { wick, admin: await wick.signIn() };
  }
  function account(sub, claims = {}) {
    const made = { email: `${sub}@example.com`, email_verified: true, name: sub, ...claims };
    provider.accounts.set(sub, made);
    return made;
  }

  test('the instance says how one signs in, and nothing about the provider but its name', async (t) => {
    const { wick } = await open(t, { name: 'Test provider' });
    const { body, text } = await new Session(wick).get('/instance');
    assert.deepEqual([body.oidc, body.password_sign_in], [{ name: 'Test provider' }, true]);
    assert.ok(!text.includes(provider.issuer) && !text.includes(provider.clientId));
    const unnamed = await open(t, {});
    assert.deepEqual((await new Session(unnamed.wick).get('/instance')).body.oidc, { name: 'single sign-on' });
  });

  test('the way to the provider carries state, nonce and PKCE that are new each time, and a cookie for ten minutes', async (t) => {
    const { wick } = await open(t);
    const starts = [await begin(wick), await begin(wick)];
    const [one, two] = starts.map(({ location }) => new URL(location).searchParams);
    for (const { status, location, setCookies } of starts) {
      assert.equal(status, 303);
      assert.ok(location.startsWith(`${provider.issuer}/auth?`), location);
      const cookie = setCookies.find((line) => line.startsWith('wick_oidc='));
      assert.match(cookie, /; HttpOnly(;|$)/);
      assert.match(cookie, /; SameSite=Lax(;|$)/);
      assert.match(cookie, /; Max-Age=600(;|$)/);
      assert.doesNotMatch(cookie, /; Domain=/i);
    }
    const expected = { response_type: 'code', client_id: provider.clientId, redirect_uri: `${wick.url}/oidc/callback`, code_challenge_method: 'S256' };
    for (const [name, value] of Object.entries(expected)) assert.equal(one.get(name), value, name);
    assert.deepEqual(one.get('scope').split(' ').sort(), ['email', 'openid', 'profile']);
    assert.match(one.get('code_challenge'), /^[\w-]{43}$/);
    for (const name of ['state', 'nonce', 'code_challenge']) {
      assert.ok(one.get(name).length >= 22, `${name} is long enough not to be guessed`);
      assert.notEqual(one.get(name), two.get(name), name);
    }
    const cookie = starts[0].jar.get('wick_oidc');
    for (const name of ['state', 'nonce']) assert.ok(!one.get(name).includes(cookie) && !cookie.includes(provider.clientSecret), name);
  });

  test('behind https the cookie is one that no other site or subdomain can set', async (t) => {
    const wick = await startWick(provider, {}, { args: ['--public-url', 'https://wick.example.com'] });
    t.after(() => wick.stop());
    const { location, setCookies } = await begin(wick);
    assert.equal(new URL(location).searchParams.get('redirect_uri'), 'https://wick.example.com/oidc/callback');
    const cookie = setCookies.find((line) => line.startsWith('__Host-wick_oidc='));
    for (const attribute of [/; Secure(;|$)/, /; Path=\/(;|$)/, /; HttpOnly(;|$)/, /; SameSite=Lax(;|$)/]) assert.match(cookie, attribute);
  });

  test('the address that is sent to the provider is the public one, whatever the Host', async (t) => {
    const { wick } = await open(t);
    const response = await fetch(`${wick.url}/oidc/start`, { redirect: 'manual', headers: { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'https', forwarded: 'host=evil.example' } });
    assert.equal(new URL(response.headers.get('location')).searchParams.get('redirect_uri'), `${wick.url}/oidc/callback`);
  });

  test('somebody new waits for an admin, and then comes in where they wanted to go', async (t) => {
    const { wick, admin } = await open(t);
    account('ada', { name: 'Ada Lovelace' });
    refused(await signInThrough(wick, provider, { account: 'ada', next: '/history' }), 'oidc_pending');
    const waiting = await find(admin, 'ada@example.com');
    assert.deepEqual([waiting.status, waiting.external, waiting.has_password, waiting.role, waiting.name], ['pending', true, false, 'member', 'Ada Lovelace']);
    refused(await signInThrough(wick, provider, { account: 'ada' }), 'oidc_pending');
    assert.equal((await users(admin)).length, 2, 'asking twice makes one user');
    assert.equal((await admin.patch(`/admin/users/${waiting.id}`, { status: 'active' })).status, 200);
    const entered = await signInThrough(wick, provider, { account: 'ada', next: '/history?source=mcp&x=%C3%A9' });
    signedIn(entered, '/history?source=mcp&x=%C3%A9');
    assert.match(entered.session.cookieAttributes, /; HttpOnly; SameSite=Lax/);
    assert.equal((await me(entered.session)).id, waiting.id);
    assert.equal((await find(admin, 'ann@example.com')).external, false);
  });

  test('where new people are welcome they are in at once, as members', async (t) => {
    const { wick } = await open(t, { new_users: 'active' });
    account('bea');
    const entered = await signInThrough(wick, provider, { account: 'bea' });
    signedIn(entered);
    const user = await me(entered.session);
    assert.deepEqual([user.email, user.role], ['bea@example.com', 'member']);
    assert.equal((await entered.session.get('/admin/users')).status, 403);
  });

  test('where new people are refused no user is made, and who has an account comes in', async (t) => {
    const { wick, admin } = await open(t, { new_users: 'refuse' });
    account('cy');
    refused(await signInThrough(wick, provider, { account: 'cy' }), 'oidc_refused');
    assert.equal(await find(admin, 'cy@example.com'), undefined);
    wick.createUser('cy@example.com', 'Cy');
    signedIn(await signInThrough(wick, provider, { account: 'cy' }));
  });

  test('only verified addresses of the allowed domains come in', async (t) => {
    const { wick, admin } = await open(t, { new_users: 'active', allowed_domains: 'example.com, Example.ORG' });
    const cases = { com: 'a@example.com', org: 'b@EXAMPLE.org' };
    for (const [sub, email] of Object.entries(cases)) {
      account(sub, { email });
      signedIn(await signInThrough(wick, provider, { account: sub }));
    }
    const outside = ['c@evil-example.com', 'd@example.com.evil.test', 'e@sub.example.com', 'f@evil.test', 'g@example.comm'];
    const malformed = ['"x@example.com"@evil.test', 'h@evil.test@example.com', 'h@evil.test\u0000@example.com', 'h i@example.com', 'example.com', '@example.com'];
    for (const [index, email] of [...outside, ...malformed].entries()) {
      account(`outside${index}`, { email });
      const answer = await signInThrough(wick, provider, { account: `outside${index}` });
      refused(answer, malformed.includes(email) && answer.error === 'oidc_failed' ? 'oidc_failed' : 'oidc_refused');
    }
    account('unverified', { email: 'i@example.com', email_verified: false });
    refused(await signInThrough(wick, provider, { account: 'unverified' }), 'oidc_refused');
    assert.equal((await users(admin)).length, 3, 'ann and the two');
  });

  test('a verified address leads to the account that has it, in whatever letters, and to none of another', async (t) => {
    const { wick, admin } = await open(t, { new_users: 'refuse' });
    const made = wick.createUser('dora@example.com', 'Dora');
    account('dora-at-idp', { email: 'DORA@Example.com', name: 'Somebody else' });
    const entered = await signInThrough(wick, provider, { account: 'dora-at-idp' });
    signedIn(entered);
    assert.equal((await me(entered.session)).id, made.id);
    const linked = await find(admin, 'dora@example.com');
    assert.deepEqual([linked.external, linked.has_password], [true, true]);
    assert.equal((await users(admin)).length, 2);
  });

  for (const unverified of [false, 'false', 'no', 0, null, undefined]) {
    test(`an attacker who claims the address of a victim with email_verified ${JSON.stringify(unverified)} never gets their account`, async (t) => {
      const { wick, admin } = await open(t, { new_users: 'active' });
      const victim = wick.createUser('victim@example.com', 'Victim');
      account('mallory', { email: 'victim@example.com', email_verified: unverified });
      for (let i = 0; i < 2; ++i) {
        const entered = await signInThrough(wick, provider, { account: 'mallory' });
        assert.equal(entered.status, 303);
        if (entered.session) assert.notEqual((await me(entered.session)).id, victim.id);
        else refused(entered, 'oidc_refused');
        assert.equal((await find(admin, 'victim@example.com')).external, false);
      }
      account('mallory', { email: 'victim@example.com', email_verified: true });
      const { wick: other } = await open(t, { new_users: 'active' });
      const same = other.createUser('victim@example.com', 'Victim');
      assert.equal((await me((await signInThrough(other, provider, { account: 'mallory' })).session)).id, same.id, 'it was the verification that kept them out');
    });
  }

  test('an account is not made in advance with an address that somebody else will bring verified', async (t) => {
    const { wick } = await open(t, { new_users: 'active' });
    account('early', { email: 'late@example.com', email_verified: false });
    const early = await signInThrough(wick, provider, { account: 'early' });
    account('late', { email: 'late@example.com' });
    const late = await signInThrough(wick, provider, { account: 'late' });
    signedIn(late);
    const { id } = await me(late.session);
    if (early.session) assert.notEqual((await me(early.session)).id, id);
    const again = await signInThrough(wick, provider, { account: 'early' });
    if (again.session) assert.notEqual((await me(again.session)).id, id);
    else refused(again, 'oidc_refused');
  });

  test('an address counts unverified only where the operator trusts the provider', async (t) => {
    const { wick } = await open(t, { new_users: 'refuse', trust_email: 'true' });
    const made = wick.createUser('eve@example.com', 'Eve');
    account('eve', { email_verified: undefined });
    const entered = await signInThrough(wick, provider, { account: 'eve' });
    signedIn(entered);
    assert.equal((await me(entered.session)).id, made.id);
  });

  test('who comes back with another address is who they were, and the old address opens nothing to its next owner', async (t) => {
    const { wick, admin } = await open(t, { new_users: 'active' });
    account('finn', { email: 'finn@example.com' });
    const { id } = await me((await signInThrough(wick, provider, { account: 'finn' })).session);
    wick.createUser('boss@example.com', 'Boss');
    account('finn', { email: 'boss@example.com' });
    const back = await signInThrough(wick, provider, { account: 'finn' });
    signedIn(back);
    assert.equal((await me(back.session)).id, id, 'the subject decides, not the address');
    assert.equal((await find(admin, 'boss@example.com')).external, false);
    account('finn-the-second', { email: 'finn@example.com' });
    const second = await signInThrough(wick, provider, { account: 'finn-the-second' });
    if (second.session) assert.notEqual((await me(second.session)).id, id);
    else assert.equal(new URL(second.location, wick.url).pathname, '/sign-in');
  });

  test('the subject is compared letter by letter', async (t) => {
    const { wick } = await open(t, { new_users: 'active' });
    account('Gil', { email: 'gil@example.com' });
    account('gil', { email: 'other@example.com' });
    const [one, two] = [await signInThrough(wick, provider, { account: 'Gil' }), await signInThrough(wick, provider, { account: 'gil' })];
    assert.notEqual((await me(one.session)).id, (await me(two.session)).id);
  });

  test('groups give and take tags at each sign-in, for the very next call, and leave alone what an admin gave', async (t) => {
    const { wick, admin } = await open(t, { new_users: 'active', groups_claim: 'groups' });
    const tag = async (name) => (await admin.post('/admin/tags', { name, filter: true })).body;
    const [ops, , hand] = [await tag('Ops'), await tag('sales'), await tag('by-hand')];
    await admin.patch(`/admin/connectors/${notesId}`, { tags: [ops.id] });
    const enter = async (groups) => {
      account('hal', { groups });
      const entered = await signInThrough(wick, provider, { account: 'hal' });
      signedIn(entered);
      return (await find(admin, 'hal@example.com')).tags.map(({ name }) => name).sort();
    };
    assert.deepEqual(await enter(['OPS', 'unknown', 'sale']), ['Ops']);
    const { id } = await find(admin, 'hal@example.com');
    const { token } = wick.token('hal@example.com');
    const allowed = async () => (await callTool(wick, token, 'notes__list')).body.result !== undefined;
    assert.equal(await allowed(), true);
    assert.equal((await admin.get('/admin/tags')).body.items.length, 3, 'a group makes no tag');
    assert.deepEqual(await enter(['SALES']), ['sales']);
    assert.equal(await allowed(), false, 'the tag is gone for a token, too');
    await admin.patch(`/admin/users/${id}`, { tags: [hand.id] });
    assert.deepEqual(await enter(['ops', 'By-Hand']), ['Ops', 'by-hand']);
    assert.equal(await allowed(), true);
    assert.deepEqual(await enter([]), ['by-hand'], 'also when a group had the same name for a while');
    assert.deepEqual(await enter(['ops']), ['Ops', 'by-hand']);
    assert.deepEqual(await enter(undefined), ['by-hand'], 'no claim is no group');
    for (const nonsense of [{ ops: true }, 7, [['ops']], [null, 7]]) assert.deepEqual(await enter(nonsense), ['by-hand'], JSON.stringify(nonsense));
  });

  test('groups give no tags where no claim is set', async (t) => {
    const { wick, admin } = await open(t, { new_users: 'active' });
    await admin.post('/admin/tags', { name: 'ops', filter: true });
    account('ida', { groups: ['ops'] });
    signedIn(await signInThrough(wick, provider, { account: 'ida' }));
    assert.deepEqual((await find(admin, 'ida@example.com')).tags, []);
  });

  test('after the provider changed its keys, and their kind, people come in as before', async (t) => {
    const { wick } = await open(t, { new_users: 'active' });
    account('joy');
    signedIn(await signInThrough(wick, provider, { account: 'joy' }));
    for (const alg of ['ES256', 'PS256', 'RS256']) {
      await provider.rotate(alg);
      signedIn(await enterPatiently(wick, provider, { account: 'joy' }));
    }
  });

  test('who is deactivated stays out, and is told so; their sessions end', async (t) => {
    const { wick, admin } = await open(t, { new_users: 'active' });
    account('kim');
    const { session } = await signInThrough(wick, provider, { account: 'kim' });
    const { id } = await me(session);
    await admin.patch(`/admin/users/${id}`, { status: 'deactivated' });
    assert.equal((await session.get('/session')).status, 401);
    refused(await signInThrough(wick, provider, { account: 'kim' }), 'oidc_deactivated');
    assert.equal((await find(admin, 'kim@example.com')).status, 'deactivated');
    await admin.patch(`/admin/users/${id}`, { status: 'active' });
    const back = await signInThrough(wick, provider, { account: 'kim' });
    assert.equal((await me(back.session)).id, id);
  });

  test('a deactivated account is not revived by a provider that has never been used with it', async (t) => {
    const { wick, admin } = await open(t, { new_users: 'active' });
    const { id } = wick.createUser('left@example.com', 'Left');
    await admin.patch(`/admin/users/${id}`, { status: 'deactivated' });
    account('left');
    refused(await signInThrough(wick, provider, { account: 'left' }), 'oidc_deactivated');
  });

  test('signing out ends the session here and not the one at the provider', async (t) => {
    const { wick } = await open(t, { new_users: 'active' });
    account('lou');
    const providerJar = new Jar();
    const [first, elsewhere] = [await signInThrough(wick, provider, { account: 'lou', providerJar }), await signInThrough(wick, provider, { account: 'lou' })];
    const ended = provider.asked('/session/end');
    assert.equal((await first.session.delete('/session')).status, 204);
    assert.equal((await new Session(wick).request('GET', '/session', undefined, { cookie: `wick_session=${first.jar.get('wick_session')}` })).status, 401);
    assert.equal((await elsewhere.session.get('/session')).status, 200);
    assert.equal(provider.asked('/session/end'), ended);
    const prompts = provider.prompts;
    signedIn(await signInThrough(wick, provider, { providerJar }));
    assert.equal(provider.prompts, prompts, 'the provider still knows them');
  });

  test('a sign-in replaces whatever session the browser had', async (t) => {
    const { wick, admin } = await open(t, { new_users: 'active' });
    account('max');
    for (const before of [admin.cookie.split('=')[1], 'planted-by-an-attacker']) {
      const jar = new Jar([['wick_session', before]]);
      const entered = await signInThrough(wick, provider, { account: 'max', jar });
      signedIn(entered);
      assert.notEqual(jar.get('wick_session'), before);
      assert.equal((await me(entered.session)).email, 'max@example.com');
    }
  });

  test('what a provider keeps for its userinfo endpoint is asked for there, and only then', async (t) => {
    const { wick } = await open(t, { new_users: 'active' });
    account('ned');
    const asked = provider.asked('/me');
    signedIn(await signInThrough(wick, provider, { account: 'ned' }));
    assert.equal(provider.asked('/me'), asked);
    const sparse = await startProvider({ claimsIn: 'userinfo' });
    t.after(() => sparse.close());
    const other = await startWick(sparse, { new_users: 'active', groups_claim: 'groups' });
    t.after(() => other.stop());
    const admin = await other.signIn();
    await admin.post('/admin/tags', { name: 'ops' });
    sparse.accounts.set('ned', { email: 'ned@example.com', email_verified: true, name: 'Ned', groups: ['ops'] });
    const entered = await signInThrough(other, sparse, { account: 'ned' });
    signedIn(entered);
    const user = await find(admin, 'ned@example.com');
    assert.deepEqual([user.name, user.tags.map(({ name }) => name), sparse.asked('/me')], ['Ned', ['ops'], 1]);
  });

  test('who says no at the provider comes back to the sign-in page, and may say yes afterwards', async (t) => {
    const { wick } = await open(t, { new_users: 'active' });
    account('ola');
    refused(await warningOf(wick, () => signInThrough(wick, provider, { account: null }), /access_denied/));
    signedIn(await signInThrough(wick, provider, { account: 'ola' }));
  });

  test('where passwords are off nobody signs in by one, and the provider is the way in', async (t) => {
    const wick = await startWick(provider, { new_users: 'refuse', 'sign_in.password': 'off' });
    t.after(() => wick.stop());
    assert.equal((await new Session(wick).get('/instance')).body.password_sign_in, false);
    const tried = new Session(wick);
    const { status } = await tried.post('/session', { email: 'ann@example.com', password });
    assert.ok(status >= 400 && status < 500, String(status));
    assert.equal(tried.cookie, undefined);
    account('ann');
    const entered = await signInThrough(wick, provider, { account: 'ann' });
    signedIn(entered);
    assert.equal((await me(entered.session)).role, 'admin');
  });

  test('an app that asks for access while the person is signed out gets its consent page after the provider', async (t) => {
    const { wick } = await open(t, { new_users: 'active' });
    account('pia');
    const client = (await register(wick)).body.client_id;
    const { verifier, challenge } = pkce();
    const url = authorizeUrl(wick, client, challenge);
    const bounced = await fetch(url, { redirect: 'manual' });
    const next = new URL(bounced.headers.get('location'), wick.url).searchParams.get('next');
    const entered = await signInThrough(wick, provider, { account: 'pia', next });
    signedIn(entered, url.pathname + url.search);
    const asked = await fetch(new URL(entered.location, wick.url), { redirect: 'manual', headers: { cookie: entered.session.cookie } });
    const id = new URL(asked.headers.get('location'), wick.url).searchParams.get('request');
    const back = new URL((await entered.session.post(`/oauth/requests/${id}`, { approve: true })).body.redirect_to);
    const { body } = await exchange(wick, { grant_type: 'authorization_code', code: back.searchParams.get('code'), client_id: client, redirect_uri: redirectUri, code_verifier: verifier });
    assert.equal((await callTool(wick, body.access_token, 'notes__list')).status, 200);
  });

  test('a provider that is down is said to be down, and found again when it is back', async (t) => {
    const { wick } = await open(t, { new_users: 'active' });
    account('quin');
    await provider.close();
    try {
      const answer = await warningOf(wick, () => signInThrough(wick, provider), /refused|connect|reach/i);
      assert.equal(answer.started, false);
      refused(answer, 'oidc_unavailable');
      assert.equal((await new Session(wick).get('/instance')).status, 200);
    } finally {
      await provider.listen();
    }
    signedIn(await enterPatiently(wick, provider, { account: 'quin' }));
  });

  describe('in a browser', () => {
    let browser, page, wick, admin, context;
    const problems = [];
    const link = (name) => page.getByRole('link', { name, exact: true }).or(page.getByRole('button', { name, exact: true }));
    before(async () => {
      wick = await startWick(provider, { name: 'Test provider', new_users: 'active' });
      admin = await wick.signIn();
      browser = await launch();
      context = await browser.newContext();
      page = await context.newPage();
      page.setDefaultTimeout(10_000);
      page.on('pageerror', (error) => problems.push(String(error)));
      page.on('console', (message) => message.type() === 'error' && !/status of 401/.test(message.text()) && problems.push(message.text()));
    });
    after(async () => {
      await browser.close();
      await wick.stop();
    });
    const keepSecrets = async () => {
      for (const { name, value } of await context.cookies(wick.url)) if (name.startsWith('wick_')) remember('secrets', value);
    };

    test('one click on the button of the provider signs in, at the page that was asked for', async () => {
      account('rae', { name: 'Rae' });
      provider.signsIn = 'rae';
      await page.goto(`${wick.url}/profile/tokens`);
      await page.waitForURL(/sign-in\?next=/);
      await page.getByLabel('Password').first().waitFor();
      await link('Sign in with Test provider').click();
      await page.waitForURL(`${wick.url}/profile/tokens`);
      await page.getByRole('button', { name: 'Account of Rae', exact: true }).waitFor();
      await keepSecrets();
      assert.deepEqual((await context.cookies(wick.url)).filter(({ name }) => name === 'wick_oidc'), []);
      assert.ok(await find(admin, 'rae@example.com'));
    });

    test('an app is connected by one click on Approve after signing in at the provider', async () => {
      await context.clearCookies();
      const client = (await register(wick, { client_name: 'Desk app' })).body.client_id;
      const { verifier, challenge } = pkce();
      await page.route('http://localhost:4711/**', (route) => route.fulfill({ body: 'back in the app' }));
      await page.goto(String(authorizeUrl(wick, client, challenge)));
      await link('Sign in with Test provider').click();
      await page.getByText('Unverified name').waitFor();
      await keepSecrets();
      await page.getByRole('button', { name: 'Approve', exact: true }).click();
      await page.getByText('back in the app').waitFor();
      const code = new URL(page.url()).searchParams.get('code');
      remember('secrets', code);
      const { body } = await exchange(wick, { grant_type: 'authorization_code', code, client_id: client, redirect_uri: redirectUri, code_verifier: verifier });
      assert.equal((await callTool(wick, body.access_token, 'notes__list')).status, 200);
    });

    test('the sign-in page says in a sentence of its own what became of it, and repeats nothing from the address', async () => {
      await context.clearCookies();
      const said = new Set();
      for (const code of ['oidc_failed', 'oidc_pending', 'oidc_refused', 'oidc_deactivated', 'oidc_unavailable']) {
        await page.goto(`${wick.url}/sign-in?error=${code}`);
        const text = await page.getByRole('alert').textContent();
        assert.ok(!text.includes(code), text);
        said.add(text);
      }
      assert.equal(said.size, 5, [...said].join(' | '));
      await page.goto(`${wick.url}/sign-in?error=Call+0800-EVIL`);
      await link('Sign in with Test provider').waitFor();
      assert.ok(!(await page.textContent('body')).includes('EVIL'));
    });

    test('where passwords are off the page asks for none', async (t) => {
      const only = await startWick(provider, { name: 'Test provider', 'sign_in.password': 'off' });
      t.after(() => only.stop());
      await page.goto(`${only.url}/sign-in`);
      await link('Sign in with Test provider').waitFor();
      assert.deepEqual([await page.getByLabel('Password').count(), await page.getByLabel('Email').count()], [0, 0]);
      assert.deepEqual(problems, []);
    });
  });
});

describe('with a forger', () => {
  let forger, wick, admin;
  before(async () => {
    forger = await startForger();
    wick = await startWick(forger, { new_users: 'active' });
    admin = await wick.signIn();
  });
  after(async () => {
    await wick.stop();
    await forger.close();
  });

  // A forger and a Wick that has never asked it.
  async function fresh(t, settings = {}) {
    const own = await startForger();
    t.after(() => own.close());
    const asking = await startWick(own, { new_users: 'active', ...settings });
    t.after(() => asking.stop());
    return { forger: own, wick: asking };
  }
  const honest = async () => signedIn(await signInThrough(wick, forger));

  for (const alg of ['RS256', 'PS256', 'ES256']) {
    test(`an honest token that is signed with ${alg} signs in`, async () => {
      forger.reset();
      forger.key = forger.keys[alg];
      const entered = await signInThrough(wick, forger);
      signedIn(entered);
      assert.equal((await me(entered.session)).email, forger.account.email);
    });
  }

  test('claims that name a role make no admin', async () => {
    forger.reset({ role: 'admin', roles: ['admin'], admin: true, is_admin: true, groups: ['admin'], status: 'active' });
    const entered = await signInThrough(wick, forger);
    signedIn(entered);
    assert.equal((await me(entered.session)).role, 'member');
  });

  test('an honest token for a list of audiences that names us as its party signs in', async () => {
    forger.reset();
    forger.bend = { claims: (claims) => ({ ...claims, aud: ['another', claims.aud], azp: claims.aud }) };
    await honest();
  });

  for (const [name, { bend, says }] of Object.entries(badTokens)) {
    test(`an ID token that ${name} signs nobody in`, async () => {
      forger.reset();
      forger.bend = bend;
      const answer = await warningOf(wick, () => signInThrough(wick, forger), says);
      refused(answer);
      assert.equal(await find(admin, forger.account.email), undefined, 'and makes no user');
      forger.bend = {};
      await honest();
    });
  }

  test('a bad token does not sign in whoever is known already', async () => {
    forger.reset();
    await honest();
    for (const { bend } of Object.values(badTokens)) {
      forger.bend = bend;
      refused(await signInThrough(wick, forger));
    }
  });

  test('the answer of the userinfo endpoint counts only for the subject of the token, and only when it says it is verified', async () => {
    const { email } = forger.reset({ email: undefined, email_verified: undefined });
    assert.equal(email, undefined);
    const mail = `${forger.account.sub}@example.com`;
    forger.userinfo = { email: mail, email_verified: true, sub: 'somebody else' };
    refused(await warningOf(wick, () => signInThrough(wick, forger), /userinfo|sub/i));
    forger.userinfo = { email: mail, email_verified: true, sub: undefined };
    refused(await signInThrough(wick, forger));
    forger.userinfo = { email: mail, email_verified: false };
    refused(await signInThrough(wick, forger), 'oidc_refused');
    assert.equal(await find(admin, mail), undefined);
    forger.userinfo = { email: mail, email_verified: true };
    await honest();
    assert.ok(await find(admin, mail));
  });

  test('an address and the word that it is verified must come from the same place', async () => {
    const victim = wick.createUser('two-places@example.com', 'Victim');
    forger.reset({ email: undefined, email_verified: true });
    forger.userinfo = { email: victim.email, email_verified: false };
    refused(await signInThrough(wick, forger), 'oidc_refused');
    assert.equal((await find(admin, victim.email)).external, false);
    forger.userinfo = { email: victim.email };
    refused(await signInThrough(wick, forger), 'oidc_refused');
    forger.userinfo = { email: victim.email, email_verified: true };
    const entered = await signInThrough(wick, forger);
    signedIn(entered);
    assert.equal((await me(entered.session)).id, victim.id);
  });

  test('a key that is gone from the provider signs nobody in once its successor is known', async () => {
    forger.reset();
    await honest();
    forger.key = forger.keys.ES256;
    forger.published = [forger.keys.ES256];
    forger.bend = { jwks: (keys) => keys.map((key) => ({ ...key, kid: 'successor' })), token: (claims) => forge({ alg: 'ES256', kid: 'successor' }, claims, signWith(forger.keys.ES256)) };
    signedIn(await enterPatiently(wick, forger));
    forger.key = forger.keys.RS256;
    delete forger.bend.token;
    refused(await signInThrough(wick, forger));
    forger.bend = {};
    forger.published = Object.values(forger.keys);
    signedIn(await enterPatiently(wick, forger));
  });

  test('tokens with made-up key ids do not make Wick ask for the keys over and over', async (t) => {
    const { forger: own, wick: asking } = await fresh(t);
    signedIn(await signInThrough(asking, own));
    own.bend = { token: (claims) => forge({ alg: 'RS256', kid: crypto.randomUUID() }, claims, signWith(own.keys.RS256)) };
    const [before, start] = [own.asked('/jwks'), Date.now()];
    const answers = await Promise.all(Array.from({ length: 20 }, () => signInThrough(asking, own)));
    answers.push(await signInThrough(asking, own));
    answers.forEach((answer) => refused(answer));
    const most = 1 + Math.ceil((Date.now() - start) / 1000);
    assert.ok(own.asked('/jwks') - before <= most, `${own.asked('/jwks') - before} times`);
    own.bend = {};
    signedIn(await signInThrough(asking, own));
  });

  const says = (status, body, headers) => (_, response) => response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);
  const troubles = {
    'answers with garbage': says(200, '\u0000<html>'),
    'answers with a list': says(200, '[]'),
    'answers with nothing': says(200, ''),
    'gives no ID token': says(200, '{"access_token":"x","token_type":"Bearer"}'),
    'gives an ID token that is a number': says(200, '{"access_token":"x","token_type":"Bearer","id_token":7}'),
    'says invalid_grant': says(400, '{"error":"invalid_grant"}'),
    'breaks': says(500, 'oops'),
    'hangs up': (request) => request.socket.destroy(),
    'lies about the length': (request, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' });
      response.write('{"id_token"', () => request.socket.destroy());
    },
  };
  for (const [name, answer] of Object.entries(troubles)) {
    test(`a token endpoint that ${name} signs nobody in`, async () => {
      forger.reset();
      forger.bend = { answers: { '/token': answer } };
      const got = await warningOf(wick, () => signInThrough(wick, forger), /token|provider/i);
      refusedSomehow(got);
      forger.bend = {};
      await honest();
    });
  }

  test('a provider that is silent is given up, and meanwhile Wick answers everybody else', async (t) => {
    forger.reset();
    const { token } = wick.token();
    const asked = [];
    const silent = (request) => asked.push(request.url);
    forger.bend = { answers: { '/token': silent } };
    const start = Date.now();
    const waiting = signInThrough(wick, forger);
    const { forger: own, wick: asking } = await fresh(t);
    own.bend = { answers: { '/.well-known/openid-configuration': silent } };
    const another = signInThrough(asking, own);
    await until(() => asked.length === 2);
    assert.equal((await callTool(wick, token, 'notes__list')).status, 200);
    assert.equal((await new Session(asking).get('/instance')).status, 200);
    const [first, second] = await Promise.all([waiting, another]);
    refusedSomehow(first);
    refused(second, 'oidc_unavailable');
    assert.ok(Date.now() - start < 45_000, 'nobody waits for a minute');
    forger.bend = {};
    await honest();
  });

  for (const route of ['/.well-known/openid-configuration', '/jwks', '/token', '/userinfo']) {
    test(`an answer of ${route} that does not end is cut off`, async (t) => {
      const { forger: own, wick: asking } = await fresh(t);
      const sent = { bytes: 0 };
      if (route === '/userinfo') own.reset({ email: undefined });
      own.bend = { answers: { [route]: endless(sent) } };
      const answer = await signInThrough(asking, own);
      refusedSomehow(answer);
      assert.ok(sent.bytes > 0 && sent.bytes < 1 << 25, `${sent.bytes} bytes were taken`);
      assert.equal((await new Session(asking).get('/instance')).status, 200);
    });
  }

  const documents = {
    'names another issuer': (document) => ({ ...document, issuer: 'https://evil.example' }),
    'names an issuer that differs in a slash': (document) => ({ ...document, issuer: `${document.issuer}/` }),
    'names no issuer': ({ issuer: _, ...document }) => document,
    'has no token endpoint': ({ token_endpoint: _, ...document }) => document,
    'has no keys': ({ jwks_uri: _, ...document }) => document,
    'has a script for an authorization endpoint': (document) => ({ ...document, authorization_endpoint: 'javascript:alert(1)' }),
    'has a file for its keys': (document) => ({ ...document, jwks_uri: 'file:///etc/passwd' }),
    'is a text': () => '"issuer"',
    'is not JSON': () => '<html>',
  };
  for (const [name, discovery] of Object.entries(documents)) {
    test(`a discovery document that ${name} signs nobody in`, async (t) => {
      const { forger: own, wick: asking } = await fresh(t);
      own.bend = { discovery };
      const answer = await warningOf(asking, () => signInThrough(asking, own), /oidc|provider|discovery|issuer|endpoint/i);
      refusedSomehow(answer);
      assert.equal(answer.started, false, 'the browser is not even sent there');
    });
  }

  test('line breaks in a discovery document add nothing to the answer of Wick', async (t) => {
    const { forger: own, wick: asking } = await fresh(t);
    own.bend = { discovery: (document) => ({ ...document, authorization_endpoint: `${document.issuer}/authorize\r\nSet-Cookie: wick_session=x\r\nX-Evil: 1` }) };
    const { status, headers, setCookies } = await begin(asking);
    assert.deepEqual([status, headers.get('x-evil'), setCookies.filter((line) => line.startsWith('wick_session'))], [303, null, []]);
  });

  // Somebody else's server, which must never see a code or the client secret.
  async function elsewhere(t, host = '127.0.0.1') {
    const seen = [];
    const server = http.createServer((request, response) => {
      seen.push({ url: request.url, authorization: request.headers.authorization });
      says(200, '{}')(request, response);
    }).listen(0, host);
    await once(server, 'listening');
    t.after(() => (server.closeAllConnections(), server.close()));
    return { seen, origin: `http://${host}:${server.address().port}` };
  }

  test('endpoints may be on another host than the issuer, as those of big providers are', async (t) => {
    const { forger: own, wick: asking } = await fresh(t);
    const hits = [];
    const relay = http.createServer(async (request, response) => {
      hits.push(request.url);
      const chunks = [];
      for await (const chunk of request) chunks.push(chunk);
      const { authorization = '', 'content-type': type = 'text/plain' } = request.headers;
      const answer = await fetch(own.issuer + request.url, { method: request.method, headers: { authorization, 'content-type': type }, body: chunks.length ? Buffer.concat(chunks) : undefined });
      response.writeHead(answer.status, { 'content-type': 'application/json' }).end(await answer.text());
    }).listen(0, '127.0.0.1');
    await once(relay, 'listening');
    t.after(() => (relay.closeAllConnections(), relay.close()));
    const origin = `http://127.0.0.1:${relay.address().port}`;
    own.bend = { discovery: (document) => ({ ...document, token_endpoint: `${origin}/token`, jwks_uri: `${origin}/jwks` }) };
    signedIn(await signInThrough(asking, own));
    assert.deepEqual(hits.sort(), ['/jwks', '/token']);
  });

  const outside = Object.values(os.networkInterfaces()).flat().find((one) => !one.internal && one.family === 'IPv4')?.address;
  test('no code and no secret goes over plain http to another machine', { skip: !outside && 'this machine has no address but loopback' }, async (t) => {
    const { forger: own, wick: asking } = await fresh(t);
    const { seen, origin } = await elsewhere(t, outside);
    own.bend = { discovery: (document) => ({ ...document, token_endpoint: `${origin}/token` }) };
    const answer = await signInThrough(asking, own);
    refusedSomehow(answer);
    assert.deepEqual(seen, []);
  });

  test('a token endpoint that redirects does not get the code and the secret sent elsewhere', async (t) => {
    for (const status of [302, 307, 308]) {
      forger.reset();
      const { seen, origin } = await elsewhere(t);
      forger.bend = { answers: { '/token': says(status, '', { location: `${origin}/token` }) } };
      const answer = await signInThrough(wick, forger);
      refusedSomehow(answer);
      assert.deepEqual(seen, [], String(status));
    }
  });

  test('an address for keys that a token brings along is not asked', async (t) => {
    forger.reset();
    const { seen, origin } = await elsewhere(t);
    forger.bend = { token: (claims, { key }) => forge({ alg: 'RS256', kid: key.kid, jku: `${origin}/jwks`, x5u: `${origin}/x5u` }, claims, () => Buffer.alloc(256, 1)) };
    refused(await signInThrough(wick, forger));
    assert.deepEqual(seen, []);
  });

  // A browser that has come back from the provider and has not called Wick yet.
  async function ready({ next } = {}) {
    forger.reset();
    const { location, jar } = await begin(wick, { next });
    const url = new URL(await throughProvider(location, `${wick.url}/oidc/callback`));
    return { url, jar };
  }
  const callback = (url, jar) => finish(wick, String(url), new Jar(jar));

  test('a sign-in is good once: the same address with the same cookie is refused before the provider is asked again', async () => {
    const { url, jar } = await ready();
    signedIn(await callback(url, jar));
    const redeemed = forger.redeemed.length;
    refused(await warningOf(wick, () => callback(url, jar), /state|used|again/i));
    assert.equal(forger.redeemed.length, redeemed, 'the forger would have accepted the code again');
    assert.equal(forger.redeemed.at(-1), url.searchParams.get('code'));
  });

  test('of many who bring the same address at once, one is signed in', async () => {
    const { url, jar } = await ready();
    const answers = await Promise.all(Array.from({ length: 32 }, () => callback(url, jar)));
    assert.equal(answers.filter(({ session }) => session).length, 1);
    answers.filter(({ session }) => !session).forEach((answer) => refused(answer));
    assert.equal(forger.redeemed.filter((code) => code === url.searchParams.get('code')).length, 1);
  });

  test('a sign-in is not good twice across a restart of Wick', async (t) => {
    const { forger: own, wick: asking } = await fresh(t);
    const { location, jar } = await begin(asking);
    const url = await throughProvider(location, `${asking.url}/oidc/callback`);
    signedIn(await finish(asking, url, new Jar(jar)));
    await asking.kill();
    process.env.WICK_OIDC_CLIENT_SECRET = own.clientSecret;
    await asking.launch(asking.args).finally(() => delete process.env.WICK_OIDC_CLIENT_SECRET);
    refused(await finish(asking, url, new Jar(jar)));
    signedIn(await signInThrough(asking, own));
  });

  test('an address that an attacker got for himself signs in no other browser', async () => {
    const [attacker, victim] = [await ready(), await ready()];
    refused(await callback(attacker.url, new Jar()));
    refused(await callback(attacker.url, victim.jar));
    refused(await callback(attacker.url, new Jar([['wick_oidc', '']])));
    signedIn(await callback(victim.url, victim.jar));
  });

  test('a cookie that was changed signs nobody in', async () => {
    const { url, jar } = await ready();
    const good = jar.get('wick_oidc');
    const flip = (at) => good.slice(0, at) + (good[at] === 'A' ? 'B' : 'A') + good.slice(at + 1);
    const bad = [0, Math.floor(good.length / 4), Math.floor(good.length / 2), Math.floor((good.length * 3) / 4)].map(flip);
    bad.push(good.slice(0, -4), `${good}AAAA`, good.repeat(2), 'x', 'A'.repeat(good.length), 'A'.repeat(3000), '%00', '{}');
    for (const value of bad) {
      const redeemed = forger.redeemed.length;
      refused(await callback(url, new Jar([['wick_oidc', value]])));
      assert.equal(forger.redeemed.length, redeemed, 'the code was not even sent');
    }
    const control = await ready();
    signedIn(await callback(control.url, control.jar));
  });

  const changes = {
    'has no state': (query) => query.delete('state'),
    'has an empty state': (query) => query.set('state', ''),
    'has another state': (query) => query.set('state', crypto.randomBytes(32).toString('base64url')),
    'has a longer state': (query) => query.set('state', `${query.get('state')}x`),
    'has two states': (query) => query.append('state', 'x'),
    'has no code': (query) => query.delete('code'),
    'has two codes': (query) => query.append('code', 'x'),
    'has an unknown code': (query) => query.set('code', 'x'),
    'is from another issuer': (query) => query.set('iss', 'https://evil.example'),
    'is from an issuer that differs in a slash': (query) => query.set('iss', `${query.get('iss')}/`),
    'is from two issuers': (query) => query.append('iss', 'https://evil.example'),
    // RFC 9207 §2.4: a provider that says it sends "iss" is not to be believed without.
    'does not say its issuer, though the provider always does': (query) => query.delete('iss'),
    'has an error beside its code': (query) => query.set('error', 'access_denied'),
  };
  for (const [name, change] of Object.entries(changes)) {
    test(`a way back that ${name} signs nobody in`, async () => {
      const { url, jar } = await ready();
      const redeemed = forger.redeemed.length;
      change(url.searchParams);
      refused(await warningOf(wick, () => callback(url, jar), /oidc|sign-in|single sign-on|provider|state|iss|code/i));
      assert.equal(forger.redeemed.length, redeemed, 'the code was not redeemed');
      await honest();
    });
  }

  test('a way back need not say its issuer when the provider never does', async (t) => {
    const { forger: own, wick: asking } = await fresh(t);
    own.bend = { discovery: ({ authorization_response_iss_parameter_supported: _, ...document }) => document, callback: (query) => query.delete('iss') };
    signedIn(await signInThrough(asking, own));
  });

  test('a code of one sign-in is of no use in another', async () => {
    const [attacker, victim] = [await ready(), await ready()];
    victim.url.searchParams.set('code', attacker.url.searchParams.get('code'));
    refused(await callback(victim.url, victim.jar));
  });

  test('an error of the provider ends on the sign-in page, and its words go no further', async () => {
    for (const state of [true, false]) {
      const { url, jar } = await ready();
      url.searchParams.delete('code');
      url.searchParams.set('error', 'access_denied');
      url.searchParams.set('error_description', 'Call 0800 EVIL\nwarn forged line');
      if (!state) url.searchParams.delete('state');
      const start = wick.errors.length;
      const answer = await callback(url, jar);
      refused(answer);
      assert.doesNotMatch(answer.location + answer.text, /EVIL|access_denied/);
      await until(() => /\bwarn/.test(wick.errors.slice(start)), 5, 'no warning');
      assert.doesNotMatch(wick.errors.slice(start), /^warn forged line/m);
    }
  });

  test('the page after the sign-in is one of this site, whatever was asked for', async () => {
    const away = ['//evil.example', '/\\evil.example', '\\/evil.example', 'https://evil.example', 'https:/evil.example', 'javascript:alert(1)', 'evil', '', '/\t/evil.example', '/\n/evil.example', '\t//evil.example', '/\r\nSet-Cookie: wick_session=x', '@evil.example', '.evil.example', '/\u0000'];
    for (const next of away) {
      forger.reset();
      const entered = await signInThrough(wick, forger, { next });
      signedIn(entered, '/');
    }
    for (const next of ['/', '/history', '/connectors/1?tab=test', '/a//b', '/oauth/authorize?redirect_uri=https%3A%2F%2Fa.example%2F&state=%2F%2Fx']) {
      forger.reset();
      signedIn(await signInThrough(wick, forger, { next }), next);
    }
  });

  test('a long address to come back to is kept as long as the cookie fits into a browser, and never breaks the sign-in', async () => {
    for (const length of [100, 1500, 3000, 6000]) {
      const next = `/history?x=${'x'.repeat(length)}`;
      const { location, setCookies, jar } = await begin(wick, { next });
      const [cookie] = setCookies;
      // RFC 6265 §6.1: what a browser has to keep.
      assert.ok(cookie.length <= 4096, `${length}: ${cookie.length}`);
      const entered = await finish(wick, await throughProvider(location, `${wick.url}/oidc/callback`), jar);
      signedIn(entered, length <= 1500 || entered.location !== '/' ? next : '/');
    }
  });

  test('the way to the provider and back is for GET and for nobody to keep', async () => {
    const { url, jar } = await ready();
    const start = await begin(wick);
    assert.match(start.headers.get('cache-control'), /no-store/);
    for (const address of [`${wick.url}/oidc/start`, String(url)]) {
      const { status } = await fetch(address, { method: 'POST', redirect: 'manual', headers: jar.header });
      assert.ok(status >= 400 && status < 500, `${address}: ${status}`);
    }
    const answer = await callback(url, jar);
    signedIn(answer);
    assert.match(answer.headers.get('cache-control'), /no-store/);
  });

  test('neither a code nor a token nor the client secret is in the log or the data folder', async () => {
    const text = [wick.errors, wick.output].join('\n');
    assert.match(text, /\bwarn/);
    const kept = fs.readdirSync(wick.data).map((name) => path.join(wick.data, name)).filter((file) => fs.statSync(file).isFile()).map((file) => fs.readFileSync(file));
    const secrets = remembered('secrets');
    assert.ok(secrets.includes(forger.clientSecret) && forger.redeemed.length > 0 && forger.redeemed.every((code) => secrets.includes(code)));
    for (const secret of [...secrets, encodeURIComponent(forger.clientSecret), Buffer.from(forger.clientSecret).toString('base64')]) {
      assert.ok(!text.includes(secret), `the log has ${secret.slice(0, 12)}…`);
      for (const bytes of kept) assert.ok(!bytes.includes(secret), `the data folder has ${secret.slice(0, 12)}…`);
    }
  });
});

describe('without a provider', () => {
  const complete = { 'oidc.issuer': 'https://idp.example.com', 'oidc.client_id': 'wick' };
  const secret = { WICK_OIDC_CLIENT_SECRET: 'a secret of this test' };

  test('settings that cannot work are refused at the start, with a sentence that helps', async () => {
    const { 'oidc.client_id': _, ...noClient } = complete;
    const cases = [
      [noClient, /oidc\.client_id/],
      [{ ...complete, 'oidc.issuer': 'http://idp.example.com' }, /oidc\.issuer.*https/s],
      [{ ...complete, 'oidc.issuer': 'http://10.0.0.1' }, /oidc\.issuer.*https/s],
      [{ ...complete, 'oidc.issuer': 'http://localhost.evil.example' }, /oidc\.issuer.*https/s],
      [{ ...complete, 'oidc.issuer': 'http://127.0.0.1.evil.example' }, /oidc\.issuer.*https/s],
      [{ ...complete, 'oidc.issuer': 'http://127.0.0.1@evil.example' }, /oidc\.issuer/],
      [{ ...complete, 'oidc.issuer': 'idp.example.com' }, /oidc\.issuer/],
      [{ ...complete, 'oidc.new_users': 'maybe' }, /pending.*active.*refuse/s],
      [{ ...complete, 'sign_in.password': 'maybe' }, /on.*off/s],
    ];
    for (const [settings, words] of cases) {
      const { code, stderr } = serveOnce(settings, secret);
      assert.equal(code, 2, `${JSON.stringify(settings)}: ${stderr}`);
      assert.match(stderr, words);
      assert.ok(!stderr.includes(secret.WICK_OIDC_CLIENT_SECRET));
    }
    // The same without a mistake starts, whether or not its provider answers; so does http on this machine itself.
    for (const issuer of [complete['oidc.issuer'], 'http://127.0.0.1:9', 'http://localhost:9', 'http://[::1]:9']) {
      await (await startWick({ issuer, clientId: 'wick', clientSecret: 'a secret of this test', allow() {} })).stop();
    }
  });

  test('where there is none, nobody is sent to one, and a way back leads to no session', async (t) => {
    const wick = await Wick.start();
    t.after(() => wick.stop());
    const { body } = await new Session(wick).get('/instance');
    assert.deepEqual([body.oidc, body.password_sign_in], [null, true]);
    for (const route of ['/oidc/start', '/oidc/callback?code=x&state=y']) {
      const response = await fetch(wick.url + route, { redirect: 'manual' });
      assert.equal(response.headers.get('set-cookie'), null);
      const location = response.headers.get('location');
      assert.ok(location === null || errorOf(location), `${route}: ${response.status} ${location}`);
    }
  });
});
