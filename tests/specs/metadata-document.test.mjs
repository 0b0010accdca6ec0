// Client ID Metadata Documents: an app whose client_id is the https address of what it says about itself.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import https from "node:https";
import os from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { Wick, callTool } from "../lib/wick.mjs";
import { authorizeUrl, consent, pkce, redirectUri, token, visit } from "../lib/oauth.mjs";

let wick, admin, site, origin, ca;
const asked = [];
let answer; // what the site answers with, by path; the test at hand sets it

before(async () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "wick-ca-"));
  ca = path.join(folder, "cert.pem");
  execFileSync(
    "openssl",
    [
      "req",
      "-x509",
      "-newkey",
      "ec",
      "-pkeyopt",
      "ec_paramgen_curve:P-256",
      "-nodes",
      "-days",
      "2",
      "-subj",
      "/CN=localhost",
      "-addext",
      "subjectAltName=DNS:localhost,IP:127.0.0.1",
      "-keyout",
      path.join(folder, "key.pem"),
      "-out",
      ca,
    ],
    { stdio: "ignore" },
  );
  site = https
    .createServer(
      { key: fs.readFileSync(path.join(folder, "key.pem")), cert: fs.readFileSync(ca) },
      (request, response) => {
        asked.push(request.url);
        answer(request, response);
      },
    )
    .listen(0, "127.0.0.1");
  await once(site, "listening");
  origin = `https://localhost:${site.address().port}`;
  wick = await Wick.start({ args: ["--set", `ca_file=${ca}`, "--set", "oauth.private_metadata_hosts=localhost"] });
  admin = await wick.signIn();
});
after(async () => {
  site.closeAllConnections();
  site.close();
  await wick.stop();
});

const document = (id, changes) => ({
  client_id: id,
  client_name: "Document app",
  redirect_uris: ["http://localhost/callback"],
  token_endpoint_auth_method: "none",
  ...changes,
});
const json =
  (body, headers = {}) =>
  (request, response) =>
    response.writeHead(200, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));
const ask = (id, changes) => visit(admin, authorizeUrl(wick, id, pkce().challenge, changes));
let count = 0;
const fresh = () => `${origin}/client-${++count}.json`;

test("an app connects by its metadata URL, its host is shown as verified, and the document is cached", async () => {
  const id = fresh();
  answer = json(document(id), { "cache-control": "max-age=600" });
  const { verifier, challenge } = pkce();
  const url = authorizeUrl(wick, id, challenge);
  const request = new URL((await visit(admin, url)).location, wick.url).searchParams.get("request");
  const shown = (await admin.get(`/oauth/requests/${request}`)).body;
  assert.deepEqual(shown.client, { id, name: "Document app", source: "metadata_document", host: new URL(origin).host });
  const back = await consent(admin, url);
  const { status, body } = await token(wick, {
    grant_type: "authorization_code",
    code: back.searchParams.get("code"),
    client_id: id,
    redirect_uri: redirectUri,
    code_verifier: verifier,
  });
  assert.equal(status, 200);
  assert.equal((await callTool(wick, body.access_token, "notes__list")).status, 200);
  assert.equal(asked.filter((one) => id.endsWith(one)).length, 1, "fetched once");
  assert.equal((await ask(id, { redirect_uri: "http://localhost:1/elsewhere" })).status, 400);
  await admin.patch(`/admin/oauth-clients/${encodeURIComponent(id)}`, { blocked: true });
  assert.equal((await callTool(wick, body.access_token, "notes__list")).status, 401);
  assert.equal((await ask(id)).status, 400);
  assert.equal(asked.filter((one) => id.endsWith(one)).length, 1, "a blocked one is not fetched again");
});

for (const [what, respond] of Object.entries({
  "names another client_id": (id) => json(document(`${id}x`)),
  "has no client_id": () => json(document(undefined)),
  "has no name": (id) => json(document(id, { client_name: undefined })),
  "holds a secret": (id) => json(document(id, { client_secret: "x" })),
  "has an address to come back to that is not safe": (id) =>
    json(document(id, { redirect_uris: ["javascript:alert(1)"] })),
  "has none to come back to": (id) => json(document(id, { redirect_uris: [] })),
  "is no JSON": () => (request, response) => response.end("<html>"),
  "is a list": () => json([]),
  "is not there": () => (request, response) => response.writeHead(404).end("{}"),
  "is elsewhere": (id) => (request, response) =>
    request.url.includes("moved")
      ? json(document(id))(request, response)
      : response.writeHead(302, { location: `${origin}/moved` }).end(),
  "is larger than five kilobytes": (id) => json(document(id, { padding: "x".repeat(6000) })),
  "never ends": () => (request, response) => {
    response.writeHead(200, { "content-type": "application/json" });
    const more = () => response.write(" ".repeat(1024)) && !response.destroyed && setImmediate(more);
    response.on("drain", more);
    more();
  },
})) {
  test(`a document that ${what} is no app`, async () => {
    const id = fresh();
    answer = respond(id);
    const { status, text, headers } = await ask(id);
    assert.equal(status, 400);
    assert.equal(headers.get("location"), null);
    assert.match(text, /cannot be connected/);
    assert.ok(!asked.includes("/moved"));
    answer = json(document(id));
    assert.equal((await ask(id)).status, 303, "an error is not kept");
  });
}

test("a document that does not come within three seconds is given up", async () => {
  const id = fresh();
  answer = () => {};
  const begun = performance.now();
  assert.equal((await ask(id)).status, 400);
  assert.ok(performance.now() - begun < 15_000);
});

test("without a session, or for an invalid URL, the server fetches nothing", async () => {
  const before = asked.length;
  answer = json({});
  assert.match((await visit(null, authorizeUrl(wick, fresh(), pkce().challenge))).location, /^\/sign-in\?next=/);
  for (const id of [
    origin.replace("https", "http") + "/x.json",
    origin,
    `${origin}/`,
    `${origin}/a/../b`,
    `${origin}/a/./b`,
    `${origin}/x#y`,
    origin.replace("//", "//user@") + "/x",
  ])
    assert.equal((await ask(id)).status, 400, id);
  assert.equal(asked.length, before);
});

test("metadata at private addresses is fetched only for configured hosts with a trusted certificate", async () => {
  const before = asked.length;
  answer = json({});
  assert.equal(
    (await ask(`${origin.replace("localhost", "127.0.0.1")}/x.json`)).status,
    400,
    "another name of the same host",
  );
  const strict = await Wick.start({ args: ["--set", `ca_file=${ca}`] });
  const untrusting = await Wick.start({ args: ["--set", "oauth.private_metadata_hosts=localhost"] });
  for (const one of [strict, untrusting]) {
    const session = await one.signIn();
    assert.equal((await visit(session, authorizeUrl(one, fresh(), pkce().challenge))).status, 400);
    await one.stop();
  }
  assert.equal(asked.length, before);
});
