// An OpenID provider that lies, fails or is impersonated, and browsers that bring back what they should not.
import assert from "node:assert/strict";
import crypto from "node:crypto";
import fs from "node:fs";
import { once } from "node:events";
import http from "node:http";
import os from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import {
  Jar,
  badTokens,
  begin,
  endless,
  enterPatiently,
  finish,
  forge,
  signInThrough,
  signWith,
  startForger,
  startWick,
  throughProvider,
} from "../lib/oidc.mjs";
import { find, me, refused, refusedSomehow, signedIn, warningOf } from "../lib/oidc-checks.mjs";
import { Session, callTool, remembered, until } from "../lib/wick.mjs";

describe("with a forger", () => {
  let forger, wick, admin;
  before(async () => {
    forger = await startForger();
    wick = await startWick(forger, { new_users: "active" });
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
    const asking = await startWick(own, { new_users: "active", ...settings });
    t.after(() => asking.stop());
    return { forger: own, wick: asking };
  }
  const honest = async () => signedIn(await signInThrough(wick, forger));

  for (const alg of ["RS256", "PS256", "ES256"]) {
    test(`an honest token that is signed with ${alg} signs in`, async () => {
      forger.reset();
      forger.key = forger.keys[alg];
      const entered = await signInThrough(wick, forger);
      signedIn(entered);
      assert.equal((await me(entered.session)).email, forger.account.email);
    });
  }

  test("claims that name a role make no admin", async () => {
    forger.reset({ role: "admin", roles: ["admin"], admin: true, is_admin: true, groups: ["admin"], status: "active" });
    const entered = await signInThrough(wick, forger);
    signedIn(entered);
    assert.equal((await me(entered.session)).role, "member");
  });

  test("an honest token for a list of audiences that names us as its party signs in", async () => {
    forger.reset();
    forger.bend = { claims: (claims) => ({ ...claims, aud: ["another", claims.aud], azp: claims.aud }) };
    await honest();
  });

  for (const [name, { bend, says }] of Object.entries(badTokens)) {
    test(`an ID token that ${name} signs nobody in`, async () => {
      forger.reset();
      forger.bend = bend;
      const answer = await warningOf(wick, () => signInThrough(wick, forger), says);
      refused(answer);
      assert.equal(await find(admin, forger.account.email), undefined, "and makes no user");
      forger.bend = {};
      await honest();
    });
  }

  test("a bad token does not sign in whoever is known already", async () => {
    forger.reset();
    await honest();
    for (const { bend } of Object.values(badTokens)) {
      forger.bend = bend;
      refused(await signInThrough(wick, forger));
    }
  });

  test("a userinfo response counts only for the token's subject and with a verified email", async () => {
    const { email } = forger.reset({ email: undefined, email_verified: undefined });
    assert.equal(email, undefined);
    const mail = `${forger.account.sub}@example.com`;
    forger.userinfo = { email: mail, email_verified: true, sub: "somebody else" };
    refused(await warningOf(wick, () => signInThrough(wick, forger), /userinfo|sub/i));
    forger.userinfo = { email: mail, email_verified: true, sub: undefined };
    refused(await signInThrough(wick, forger));
    forger.userinfo = { email: mail, email_verified: false };
    refused(await signInThrough(wick, forger), "oidc_refused");
    assert.equal(await find(admin, mail), undefined);
    forger.userinfo = { email: mail, email_verified: true };
    await honest();
    assert.ok(await find(admin, mail));
  });

  test("an address and the word that it is verified must come from the same place", async () => {
    const victim = wick.createUser("two-places@example.com", "Victim");
    forger.reset({ email: undefined, email_verified: true });
    forger.userinfo = { email: victim.email, email_verified: false };
    refused(await signInThrough(wick, forger), "oidc_refused");
    assert.equal((await find(admin, victim.email)).external, false);
    forger.userinfo = { email: victim.email };
    refused(await signInThrough(wick, forger), "oidc_refused");
    forger.userinfo = { email: victim.email, email_verified: true };
    const entered = await signInThrough(wick, forger);
    signedIn(entered);
    assert.equal((await me(entered.session)).id, victim.id);
  });

  test("a key that is gone from the provider signs nobody in once its successor is known", async () => {
    forger.reset();
    await honest();
    forger.key = forger.keys.ES256;
    forger.published = [forger.keys.ES256];
    forger.bend = {
      jwks: (keys) => keys.map((key) => ({ ...key, kid: "successor" })),
      token: (claims) => forge({ alg: "ES256", kid: "successor" }, claims, signWith(forger.keys.ES256)),
    };
    signedIn(await enterPatiently(wick, forger));
    forger.key = forger.keys.RS256;
    delete forger.bend.token;
    refused(await signInThrough(wick, forger));
    forger.bend = {};
    forger.published = Object.values(forger.keys);
    signedIn(await enterPatiently(wick, forger));
  });

  test("tokens with made-up key ids do not make Wick ask for the keys over and over", async (t) => {
    const { forger: own, wick: asking } = await fresh(t);
    signedIn(await signInThrough(asking, own));
    own.bend = {
      token: (claims) => forge({ alg: "RS256", kid: crypto.randomUUID() }, claims, signWith(own.keys.RS256)),
    };
    const [before, start] = [own.asked("/jwks"), Date.now()];
    const answers = await Promise.all(Array.from({ length: 20 }, () => signInThrough(asking, own)));
    answers.push(await signInThrough(asking, own));
    answers.forEach((answer) => refused(answer));
    const most = 1 + Math.ceil((Date.now() - start) / 1000);
    assert.ok(own.asked("/jwks") - before <= most, `${own.asked("/jwks") - before} times`);
    own.bend = {};
    signedIn(await signInThrough(asking, own));
  });

  const says = (status, body, headers) => (_, response) =>
    response.writeHead(status, { "content-type": "application/json", ...headers }).end(body);
  const troubles = {
    "answers with garbage": says(200, "\u0000<html>"),
    "answers with a list": says(200, "[]"),
    "answers with nothing": says(200, ""),
    "gives no ID token": says(200, '{"access_token":"x","token_type":"Bearer"}'),
    "gives an ID token that is a number": says(200, '{"access_token":"x","token_type":"Bearer","id_token":7}'),
    "says invalid_grant": says(400, '{"error":"invalid_grant"}'),
    breaks: says(500, "oops"),
    "hangs up": (request) => request.socket.destroy(),
    "lies about the length": (request, response) => {
      response.writeHead(200, { "content-type": "application/json", "content-length": "100" });
      response.write('{"id_token"', () => request.socket.destroy());
    },
  };
  for (const [name, answer] of Object.entries(troubles)) {
    test(`a token endpoint that ${name} signs nobody in`, async () => {
      forger.reset();
      forger.bend = { answers: { "/token": answer } };
      const got = await warningOf(wick, () => signInThrough(wick, forger), /token|provider/i);
      refusedSomehow(got);
      forger.bend = {};
      await honest();
    });
  }

  test("a provider that is silent is given up, and meanwhile Wick answers everybody else", async (t) => {
    forger.reset();
    const { token } = wick.token();
    const asked = [];
    const silent = (request) => asked.push(request.url);
    forger.bend = { answers: { "/token": silent } };
    const start = Date.now();
    const waiting = signInThrough(wick, forger);
    const { forger: own, wick: asking } = await fresh(t);
    own.bend = { answers: { "/.well-known/openid-configuration": silent } };
    const another = signInThrough(asking, own);
    await until(() => asked.length === 2);
    assert.equal((await callTool(wick, token, "notes__list")).status, 200);
    assert.equal((await new Session(asking).get("/instance")).status, 200);
    const [first, second] = await Promise.all([waiting, another]);
    refusedSomehow(first);
    refused(second, "oidc_unavailable");
    assert.ok(Date.now() - start < 45_000, "nobody waits for a minute");
    forger.bend = {};
    await honest();
  });

  for (const route of ["/.well-known/openid-configuration", "/jwks", "/token", "/userinfo"]) {
    test(`an answer of ${route} that does not end is cut off`, async (t) => {
      const { forger: own, wick: asking } = await fresh(t);
      const sent = { bytes: 0 };
      if (route === "/userinfo") own.reset({ email: undefined });
      own.bend = { answers: { [route]: endless(sent) } };
      const answer = await signInThrough(asking, own);
      refusedSomehow(answer);
      assert.ok(sent.bytes > 0 && sent.bytes < 1 << 25, `${sent.bytes} bytes were taken`);
      assert.equal((await new Session(asking).get("/instance")).status, 200);
    });
  }

  const documents = {
    "names another issuer": (document) => ({ ...document, issuer: "https://evil.example" }),
    "names an issuer that differs in a slash": (document) => ({ ...document, issuer: `${document.issuer}/` }),
    "names no issuer": ({ issuer: _, ...document }) => document,
    "has no token endpoint": ({ token_endpoint: _, ...document }) => document,
    "has no keys": ({ jwks_uri: _, ...document }) => document,
    "has a script for an authorization endpoint": (document) => ({
      ...document,
      authorization_endpoint: "javascript:alert(1)",
    }),
    "has a file for its keys": (document) => ({ ...document, jwks_uri: "file:///etc/passwd" }),
    "is a text": () => '"issuer"',
    "is not JSON": () => "<html>",
  };
  for (const [name, discovery] of Object.entries(documents)) {
    test(`a discovery document that ${name} signs nobody in`, async (t) => {
      const { forger: own, wick: asking } = await fresh(t);
      own.bend = { discovery };
      const answer = await warningOf(
        asking,
        () => signInThrough(asking, own),
        /oidc|provider|discovery|issuer|endpoint/i,
      );
      refusedSomehow(answer);
      assert.equal(answer.started, false, "the browser is not even sent there");
    });
  }

  test("line breaks in a discovery document add nothing to the answer of Wick", async (t) => {
    const { forger: own, wick: asking } = await fresh(t);
    own.bend = {
      discovery: (document) => ({
        ...document,
        authorization_endpoint: `${document.issuer}/authorize\r\nSet-Cookie: wick_session=x\r\nX-Evil: 1`,
      }),
    };
    const { status, headers, setCookies } = await begin(asking);
    assert.deepEqual(
      [status, headers.get("x-evil"), setCookies.filter((line) => line.startsWith("wick_session"))],
      [303, null, []],
    );
  });

  // Somebody else's server, which must never see a code or the client secret.
  async function elsewhere(t, host = "127.0.0.1") {
    const seen = [];
    const server = http
      .createServer((request, response) => {
        seen.push({ url: request.url, authorization: request.headers.authorization });
        says(200, "{}")(request, response);
      })
      .listen(0, host);
    await once(server, "listening");
    t.after(() => (server.closeAllConnections(), server.close()));
    return { seen, origin: `http://${host}:${server.address().port}` };
  }

  test("endpoints may be on another host than the issuer, as those of big providers are", async (t) => {
    const { forger: own, wick: asking } = await fresh(t);
    const hits = [];
    const relay = http
      .createServer(async (request, response) => {
        hits.push(request.url);
        const chunks = [];
        for await (const chunk of request) chunks.push(chunk);
        const { authorization = "", "content-type": type = "text/plain" } = request.headers;
        const answer = await fetch(own.issuer + request.url, {
          method: request.method,
          headers: { authorization, "content-type": type },
          body: chunks.length ? Buffer.concat(chunks) : undefined,
        });
        response.writeHead(answer.status, { "content-type": "application/json" }).end(await answer.text());
      })
      .listen(0, "127.0.0.1");
    await once(relay, "listening");
    t.after(() => (relay.closeAllConnections(), relay.close()));
    const origin = `http://127.0.0.1:${relay.address().port}`;
    own.bend = {
      discovery: (document) => ({ ...document, token_endpoint: `${origin}/token`, jwks_uri: `${origin}/jwks` }),
    };
    signedIn(await signInThrough(asking, own));
    assert.deepEqual(hits.sort(), ["/jwks", "/token"]);
  });

  const outside = Object.values(os.networkInterfaces())
    .flat()
    .find((one) => !one.internal && one.family === "IPv4")?.address;
  test(
    "no code and no secret goes over plain http to another machine",
    { skip: !outside && "this machine has no address but loopback" },
    async (t) => {
      const { forger: own, wick: asking } = await fresh(t);
      const { seen, origin } = await elsewhere(t, outside);
      own.bend = { discovery: (document) => ({ ...document, token_endpoint: `${origin}/token` }) };
      const answer = await signInThrough(asking, own);
      refusedSomehow(answer);
      assert.deepEqual(seen, []);
    },
  );

  test("a token endpoint that redirects does not get the code and the secret sent elsewhere", async (t) => {
    for (const status of [302, 307, 308]) {
      forger.reset();
      const { seen, origin } = await elsewhere(t);
      forger.bend = { answers: { "/token": says(status, "", { location: `${origin}/token` }) } };
      const answer = await signInThrough(wick, forger);
      refusedSomehow(answer);
      assert.deepEqual(seen, [], String(status));
    }
  });

  test("an address for keys that a token brings along is not asked", async (t) => {
    forger.reset();
    const { seen, origin } = await elsewhere(t);
    forger.bend = {
      token: (claims, { key }) =>
        forge({ alg: "RS256", kid: key.kid, jku: `${origin}/jwks`, x5u: `${origin}/x5u` }, claims, () =>
          Buffer.alloc(256, 1),
        ),
    };
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

  test("a sign-in response works once: a repeat is refused without asking the provider", async () => {
    const { url, jar } = await ready();
    signedIn(await callback(url, jar));
    const redeemed = forger.redeemed.length;
    refused(await warningOf(wick, () => callback(url, jar), /state|used|again/i));
    assert.equal(forger.redeemed.length, redeemed, "the forger would have accepted the code again");
    assert.equal(forger.redeemed.at(-1), url.searchParams.get("code"));
  });

  test("of many parallel sign-ins with the same email address, one succeeds", async () => {
    const { url, jar } = await ready();
    const answers = await Promise.all(Array.from({ length: 32 }, () => callback(url, jar)));
    assert.equal(answers.filter(({ session }) => session).length, 1);
    answers.filter(({ session }) => !session).forEach((answer) => refused(answer));
    assert.equal(forger.redeemed.filter((code) => code === url.searchParams.get("code")).length, 1);
  });

  test("a sign-in is not good twice across a restart of Wick", async (t) => {
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

  test("an address that an attacker got for himself signs in no other browser", async () => {
    const [attacker, victim] = [await ready(), await ready()];
    refused(await callback(attacker.url, new Jar()));
    refused(await callback(attacker.url, victim.jar));
    refused(await callback(attacker.url, new Jar([["wick_oidc", ""]])));
    signedIn(await callback(victim.url, victim.jar));
  });

  test("a cookie that was changed signs nobody in", async () => {
    const { url, jar } = await ready();
    const good = jar.get("wick_oidc");
    const flip = (at) => good.slice(0, at) + (good[at] === "A" ? "B" : "A") + good.slice(at + 1);
    const bad = [0, Math.floor(good.length / 4), Math.floor(good.length / 2), Math.floor((good.length * 3) / 4)].map(
      flip,
    );
    bad.push(
      good.slice(0, -4),
      `${good}AAAA`,
      good.repeat(2),
      "x",
      "A".repeat(good.length),
      "A".repeat(3000),
      "%00",
      "{}",
    );
    for (const value of bad) {
      const redeemed = forger.redeemed.length;
      refused(await callback(url, new Jar([["wick_oidc", value]])));
      assert.equal(forger.redeemed.length, redeemed, "the code was not even sent");
    }
    const control = await ready();
    signedIn(await callback(control.url, control.jar));
  });

  const changes = {
    "has no state": (query) => query.delete("state"),
    "has an empty state": (query) => query.set("state", ""),
    "has another state": (query) => query.set("state", crypto.randomBytes(32).toString("base64url")),
    "has a longer state": (query) => query.set("state", `${query.get("state")}x`),
    "has two states": (query) => query.append("state", "x"),
    "has no code": (query) => query.delete("code"),
    "has two codes": (query) => query.append("code", "x"),
    "has an unknown code": (query) => query.set("code", "x"),
    "is from another issuer": (query) => query.set("iss", "https://evil.example"),
    "is from an issuer that differs in a slash": (query) => query.set("iss", `${query.get("iss")}/`),
    "is from two issuers": (query) => query.append("iss", "https://evil.example"),
    // RFC 9207 §2.4: a provider that says it sends "iss" is not to be believed without.
    "does not say its issuer, though the provider always does": (query) => query.delete("iss"),
    "has an error in addition to its code": (query) => query.set("error", "access_denied"),
  };
  for (const [name, change] of Object.entries(changes)) {
    test(`a way back that ${name} signs nobody in`, async () => {
      const { url, jar } = await ready();
      const redeemed = forger.redeemed.length;
      change(url.searchParams);
      refused(await warningOf(wick, () => callback(url, jar), /oidc|sign-in|single sign-on|provider|state|iss|code/i));
      assert.equal(forger.redeemed.length, redeemed, "the code was not redeemed");
      await honest();
    });
  }

  test("a way back need not say its issuer when the provider never does", async (t) => {
    const { forger: own, wick: asking } = await fresh(t);
    own.bend = {
      discovery: ({ authorization_response_iss_parameter_supported: _, ...document }) => document,
      callback: (query) => query.delete("iss"),
    };
    signedIn(await signInThrough(asking, own));
  });

  test("a code of one sign-in is of no use in another", async () => {
    const [attacker, victim] = [await ready(), await ready()];
    victim.url.searchParams.set("code", attacker.url.searchParams.get("code"));
    refused(await callback(victim.url, victim.jar));
  });

  test("an error of the provider ends on the sign-in page, and its words go no further", async () => {
    for (const state of [true, false]) {
      const { url, jar } = await ready();
      url.searchParams.delete("code");
      url.searchParams.set("error", "access_denied");
      url.searchParams.set("error_description", "Call 0800 EVIL\nwarn forged line");
      if (!state) url.searchParams.delete("state");
      const start = wick.errors.length;
      const answer = await callback(url, jar);
      refused(answer);
      assert.doesNotMatch(answer.location + answer.text, /EVIL|access_denied/);
      await until(() => /\bwarn/.test(wick.errors.slice(start)), 5, "no warning");
      assert.doesNotMatch(wick.errors.slice(start), /^warn forged line/m);
    }
  });

  test("the page after the sign-in is one of this site, whatever was asked for", async () => {
    const away = [
      "//evil.example",
      "/\\evil.example",
      "\\/evil.example",
      "https://evil.example",
      "https:/evil.example",
      "javascript:alert(1)",
      "evil",
      "",
      "/\t/evil.example",
      "/\n/evil.example",
      "\t//evil.example",
      "/\r\nSet-Cookie: wick_session=x",
      "@evil.example",
      ".evil.example",
      "/\u0000",
    ];
    for (const next of away) {
      forger.reset();
      const entered = await signInThrough(wick, forger, { next });
      signedIn(entered, "/");
    }
    for (const next of [
      "/",
      "/history",
      "/connectors/1?tab=test",
      "/a//b",
      "/oauth/authorize?redirect_uri=https%3A%2F%2Fa.example%2F&state=%2F%2Fx",
    ]) {
      forger.reset();
      signedIn(await signInThrough(wick, forger, { next }), next);
    }
  });

  test("a long return path is kept if it fits into the cookie, and does not break the sign-in", async () => {
    for (const length of [100, 1500, 3000, 6000]) {
      const next = `/history?x=${"x".repeat(length)}`;
      const { location, setCookies, jar } = await begin(wick, { next });
      const [cookie] = setCookies;
      // RFC 6265 §6.1: what a browser has to keep.
      assert.ok(cookie.length <= 4096, `${length}: ${cookie.length}`);
      const entered = await finish(wick, await throughProvider(location, `${wick.url}/oidc/callback`), jar);
      signedIn(entered, length <= 1500 || entered.location !== "/" ? next : "/");
    }
  });

  test("the way to the provider and back is for GET and for nobody to keep", async () => {
    const { url, jar } = await ready();
    const start = await begin(wick);
    assert.match(start.headers.get("cache-control"), /no-store/);
    for (const address of [`${wick.url}/oidc/start`, String(url)]) {
      const { status } = await fetch(address, { method: "POST", redirect: "manual", headers: jar.header });
      assert.ok(status >= 400 && status < 500, `${address}: ${status}`);
    }
    const answer = await callback(url, jar);
    signedIn(answer);
    assert.match(answer.headers.get("cache-control"), /no-store/);
  });

  test("neither a code nor a token nor the client secret is in the log or the data folder", async () => {
    const text = [wick.errors, wick.output].join("\n");
    assert.match(text, /\bwarn/);
    const kept = fs
      .readdirSync(wick.data)
      .map((name) => path.join(wick.data, name))
      .filter((file) => fs.statSync(file).isFile())
      .map((file) => fs.readFileSync(file));
    const secrets = remembered("secrets");
    assert.ok(
      secrets.includes(forger.clientSecret) &&
        forger.redeemed.length > 0 &&
        forger.redeemed.every((code) => secrets.includes(code)),
    );
    for (const secret of [
      ...secrets,
      encodeURIComponent(forger.clientSecret),
      Buffer.from(forger.clientSecret).toString("base64"),
    ]) {
      assert.ok(!text.includes(secret), `the log has ${secret.slice(0, 12)}…`);
      for (const bytes of kept) assert.ok(!bytes.includes(secret), `the data folder has ${secret.slice(0, 12)}…`);
    }
  });
});
