// wick_search over real documents: how often the right operation is among the first five, against plain substring
// search; and that nobody finds what they cannot call.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { bySubstring, importCatalogue, questions, ranked, recall } from "../lib/catalogue.mjs";
import { Wick, callTool } from "../lib/wick.mjs";

let wick, admin, token, catalogue;
before(async () => {
  wick = await Wick.start();
  admin = await wick.signIn();
  ({ token } = wick.token());
  catalogue = await importCatalogue(admin);
});
after(() => wick.stop());

const search = (question) => ranked(wick, token, question);
const substring = (question) => bySubstring(catalogue, question);

test("the questions are many, ask for what there is, and each is asked once", () => {
  assert.ok(catalogue.size >= 500, `${catalogue.size} operations`);
  assert.ok(questions.length >= 100, `${questions.length} questions`);
  assert.ok(questions.filter(({ held_out }) => held_out).length >= 40);
  assert.equal(new Set(questions.map(({ question }) => question)).size, questions.length);
  const there = new Set([...catalogue.values()].map(({ connector, operation }) => `${connector} ${operation}`));
  for (const { connector, expect } of questions)
    for (const operation of expect) assert.ok(there.has(`${connector} ${operation}`), `${connector} ${operation}`);
});

// Floors a little below what was measured (docs/benchmarks.md): a change of the ranking shows, a change of one word
// in a document does not.
for (const [name, asked, floor] of [
  ["questions the ranking was tuned with", questions.filter(({ held_out }) => !held_out), 0.9],
  ["questions held out", questions.filter(({ held_out }) => held_out), 0.84],
]) {
  test(`recall at 5 of the ${name}`, async (t) => {
    const found = await recall(catalogue, asked, search);
    const plain = await recall(catalogue, asked, substring);
    t.diagnostic(`${asked.length} questions: ${found.share.toFixed(3)}, plain substring ${plain.share.toFixed(3)}`);
    assert.ok(found.share >= floor, `${found.share}`);
    assert.ok(found.share > plain.share + 0.2, `${plain.share}`);
  });
}

test("a result says what it does and how it is called, and results are few", async () => {
  const { result } = (await callTool(wick, token, "wick_search", { query: "delte a figma coment" })).body;
  const { operations } = result.structuredContent;
  assert.deepEqual(operations[0], {
    tool_id: operations[0].tool_id,
    connector: "Figma",
    name: "Delete a comment",
    description: operations[0].description,
  });
  assert.ok(operations.length <= 20);
  assert.ok(
    result.content[0].text.includes(
      `- Delete a comment (Figma): ${operations[0].description}\n  tool_id: ${operations[0].tool_id}`,
    ),
  );
});

test("a query over its limit is refused in words, whatever its size", async () => {
  const started = performance.now();
  for (const query of ["a".repeat(2001), "wbehook ".repeat(125_000)]) {
    const { result } = (await callTool(wick, token, "wick_search", { query })).body;
    assert.equal(result.isError, true);
    assert.match(result.content[0].text, /longer than 2000 bytes/);
  }
  const { result } = (await callTool(wick, token, "wick_search", { query: "wbehook ".repeat(250) })).body;
  assert.equal(result.isError ?? false, false);
  assert.ok(performance.now() - started < 10_000);
});

test("nobody finds what they cannot call, neither by a tag they lack nor by a narrower token", async () => {
  wick.createUser("bob@example.com", "Bob");
  // The notes connector is not of the catalogue.
  const { token: bobs } = wick.token("bob@example.com");
  const found = async (of) =>
    (await ranked(wick, of, "leave a comment on a figma file")).map((id) => catalogue.get(id)).filter(Boolean);
  assert.equal((await found(bobs))[0].operation, "POST /v1/files/{file_key}/comments");

  const figma = (await admin.get("/admin/connectors")).body.items.find(({ label }) => label === "Figma");
  const { body: closed } = await admin.post("/admin/tags", { name: "closed", filter: true });
  assert.equal(
    (await admin.patch(`/admin/connectors/${figma.id}`, { tags: [...figma.tags.map(({ id }) => id), closed.id] }))
      .status,
    200,
  );
  assert.ok(
    (await found(bobs)).every(({ connector }) => connector !== "figma"),
    "at the next question",
  );
  assert.equal((await found(token))[0].connector, "figma", "admins see all");

  const { token: readOnly } = wick.token("ann@example.com", ["--read-only"], "reads");
  assert.ok((await found(readOnly)).every(({ operation }) => operation.startsWith("GET ")));
});
