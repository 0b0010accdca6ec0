// Commands as people paste them (data/commands.txt): each becomes the request that it must, or an error that says what to do.
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";
import { startRecorder } from "../lib/recorder.mjs";
import { Wick } from "../lib/wick.mjs";

const file = path.resolve(import.meta.dirname, "../data/commands.txt");
const shown = (text) => text.replace(/<U\+([0-9A-F]{4})>/g, (_, code) => String.fromCodePoint(parseInt(code, 16)));
const blocks = fs
  .readFileSync(file, "utf8")
  .split(/^--- /m)
  .slice(1)
  .map((block) => {
    const [title, ...lines] = block.trimEnd().split("\n");
    const command = shown(lines.filter((line) => !line.startsWith("=> ")).join("\n"));
    const expected = { headers: [], notes: [] };
    for (const line of lines.filter((each) => each.startsWith("=> "))) {
      const [kind, rest] = [line.slice(3).split(" ", 1)[0], shown(line.slice(line.indexOf(" ", 3) + 1))];
      if (kind === "h") expected.headers.push(rest);
      else if (kind === "b") expected.body = rest.replaceAll("\\n", "\n");
      else if (kind === "n") expected.notes.push(rest);
      else if (kind === "e") expected.error = rest;
      else if (kind === "a") expected.arguments = JSON.parse(rest);
      else Object.assign(expected, { method: kind, url: rest });
    }
    return { title, command, expected };
  });

let wick, admin, upstream;
before(async () => {
  upstream = await startRecorder();
  wick = await Wick.start();
  admin = await wick.signIn();
});
after(async () => {
  upstream.close();
  await wick.stop();
});

const ofTheConnection = ["host", "content-length", "connection", "accept-encoding"];
// What Wick sends where the command says nothing.
const ours = (name, value) => (name === "user-agent" && /^wick/i.test(value)) || (name === "accept" && value === "*/*");

test("the table is as varied as it should be", () => {
  assert.ok(blocks.length >= 60, `${blocks.length}`);
  assert.equal(new Set(blocks.map(({ title }) => title)).size, blocks.length);
});

for (const { title, command, expected } of blocks) {
  test(`pasted: ${title}`, async () => {
    const { status, body, text } = await admin.post("/admin/connectors/import/curl", { command });
    if (expected.error) {
      assert.equal(status, 400, text);
      assert.ok(body.error.message.includes(expected.error), body.error.message);
      return;
    }
    assert.equal(status, 200, text);
    for (const note of expected.notes)
      assert.ok(
        body.notes.some((each) => each.includes(note)),
        JSON.stringify(body.notes),
      );
    const wanted = new URL(expected.url);
    const base = new URL(body.base_url);
    assert.equal(base.origin, wanted.origin);
    const config = {
      base_url: upstream.origin + (base.pathname === "/" ? "" : base.pathname),
      auth: body.auth.type,
      auth_name: body.auth.name,
      username: body.auth.username,
      allow_private_addresses: true,
    };
    if (body.secret_found) config.secret = body.secret;
    if (body.auth.type !== "none" && !body.secret_found) config.auth = "none";
    const made = await admin.post("/admin/connectors", { kind: "rest", label: title, config });
    assert.equal(made.status, 201, made.text);
    const added = await admin.post(`/admin/connectors/${made.body.id}/operations`, {
      ...body.operation,
      enabled: true,
    });
    assert.equal(added.status, 201, added.text);
    const args = Object.fromEntries(
      body.parameters.filter(({ example }) => example !== undefined).map((each) => [each.name, each.example]),
    );
    Object.assign(args, expected.arguments);
    const run = await admin.post(`/connectors/${made.body.id}/operations/${body.operation.key}/run`, {
      arguments: args,
    });
    assert.equal(run.body.status, "ok", run.text);
    const sent = upstream.seen.pop();
    assert.deepEqual([sent.method, sent.url], [expected.method, wanted.pathname + wanted.search]);
    const headers = [];
    for (let i = 0; i < sent.raw.length; i += 2) {
      const [name, value] = [sent.raw[i].toLowerCase(), Buffer.from(sent.raw[i + 1], "latin1").toString()];
      if (ofTheConnection.includes(name) || ours(name, value)) continue;
      const boundary = /boundary=(.*)/.exec(value)?.[1];
      if (boundary) sent.body = sent.body.toString().replaceAll(boundary, "B").replaceAll("\r\n", "\n");
      headers.push(`${name}: ${boundary ? value.replace(boundary, "B") : value}`);
    }
    assert.deepEqual(
      headers.sort(),
      expected.headers.map((each) => each.replace(/^[^:]+/, (name) => name.toLowerCase())).sort(),
    );
    if (expected.body?.startsWith("{") && !expected.body.includes("\n"))
      assert.deepEqual(JSON.parse(sent.body.toString()), JSON.parse(expected.body));
    else assert.equal(sent.body.toString(), expected.body ?? "");
    assert.equal((await admin.delete(`/admin/connectors/${made.body.id}`)).status, 204);
  });
}
