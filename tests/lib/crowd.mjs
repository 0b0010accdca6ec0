// Names as in large organisations, and names that nobody should choose, for tests of lists.
import assert from "node:assert/strict";
import { connect, register } from "./oauth.mjs";
import { callTool } from "./wick.mjs";

const word = "Wolfeschlegelsteinhausenbergerdorffwelchevoralternwarengewissenhaftschaferswessenschafewaren";
/** A name of the maximum length: 100 characters without a space. */
export const longName = (i) => (word + word).slice(0, 100 - String(i).length) + i;
export const longEmail = (i) => `${"mailbox.".repeat(7)}${i}@${"department.".repeat(9)}example.com`;

/** Creates `tokens` of the admin and `users` with an invitation, all with long names. */
export async function crowd(admin, { users = 0, tokens = 0 }) {
  const made = { users: [], tokens: [] };
  for (let i = 0; i < users; ++i)
    made.users.push(await created(admin, "/admin/users", { email: longEmail(i), name: longName(i), role: "member" }));
  for (let i = 0; i < tokens; ++i) made.tokens.push(await created(admin, "/tokens", { name: longName(i) }));
  return made;
}

/** Connectors called `System 0` and so on, each with the same number of operations. Every second operation is read-only. */
export async function systems(admin, { connectors, operations }) {
  const responses = { default: { description: "done" } };
  for (let i = 0; i < connectors; ++i) {
    const paths = {};
    for (let o = 0; o < operations; ++o)
      paths[`/things/${o}`] = {
        [o % 2 ? "post" : "get"]: {
          operationId: `thing${o}`,
          summary: `${o % 2 ? "Change" : "Read"} thing ${o} of ${i}`,
          responses,
        },
      };
    const document = JSON.stringify({
      openapi: "3.0.3",
      info: { title: `System ${i}`, version: "1" },
      servers: [{ url: "https://api.example.com" }],
      paths,
    });
    const { id } = await created(admin, "/admin/connectors", {
      kind: "rest",
      label: `System ${i}`,
      config: { base_url: "https://api.example.com" },
    });
    const preview = await admin.post("/admin/connectors/import/openapi", { document, connector: id });
    const chosen = preview.body.operations.map(({ operation }) => operation);
    const imported = await admin.post(`/admin/connectors/${id}/import/openapi`, { document, operations: chosen });
    if (imported.body.added !== operations) throw new Error(imported.text);
  }
}

/**
 * One of everything that a list can show, with the longest names: of Ann, who is the admin, and of a member. Two apps: `app`
 * is the id of the one that both have connected. The member has called something that works, fails and is not there.
 */
export async function longNames(wick, admin) {
  await crowd(admin, { users: 3, tokens: 3 });
  wick.createUser(longEmail(90), longName(90));
  for (const i of [91, 92]) wick.token(longEmail(90), [], longName(i));
  const tag = await created(admin, "/admin/tags", { name: "T".repeat(60), description: longName(2), filter: false });
  const connector = await created(admin, "/admin/connectors", {
    kind: "rest",
    label: "C".repeat(60),
    description: longName(3).repeat(3),
    tags: [tag.id],
    config: { base_url: "https://api.example.com" },
  });
  const input_schema = {
    type: "object",
    properties: { [longName(8)]: { type: "string", description: longName(9).repeat(2) } },
  };
  await created(admin, `/admin/connectors/${connector.id}/operations`, {
    key: "k".repeat(60),
    name: longName(4),
    description: longName(5).repeat(3),
    input_schema,
    rest: { method: "GET", path: `/${"very".repeat(40)}` },
  });
  await created(admin, "/admin/oauth-clients", {
    name: longName(6),
    redirect_uris: [`https://${"sub.".repeat(20)}example.com/cb`],
    confidential: true,
  });
  const app = (await register(wick, { client_name: longName(7) })).body.client_id;
  await connect(wick, await wick.signIn(longEmail(90)), { client: app });
  const { access_token } = await connect(wick, admin, { client: app });
  assert.equal((await callTool(wick, access_token, "notes__list")).status, 200);
  const { token } = wick.token(longEmail(90), [], longName(93));
  for (const [tool, args] of [
    ["notes__create", { title: "a", body: "b" }],
    ["notes__get", { id: "none" }],
    ["nothing__here", {}],
  ])
    assert.equal((await callTool(wick, token, tool, args)).status, 200);
  return { app, connector: connector.id };
}

/**
 * 52 active tokens of Max called `many 100` to `many 151`. Gives the cursor of a page of the list sorted by name that is past
 * its end, because a token has been revoked.
 */
export async function manyTokens(wick, admin) {
  wick.createUser("max@example.com", "Max");
  const max = await wick.signIn("max@example.com");
  for (let i = 0; i < 53; ++i) await created(max, "/tokens", { name: `many ${100 + i}` });
  const list = async (query) => (await admin.get(`/admin/tokens?query=${query}`)).body;
  const { next_cursor } = await list("many&status=active&sort=name&order=asc&limit=52");
  const [last] = (await list("many%20152")).items;
  const { status, text } = await admin.delete(`/admin/tokens/${last.id}`);
  if (status >= 300) throw new Error(text);
  return next_cursor;
}

async function created(admin, route, body) {
  const answer = await admin.post(route, body);
  if (answer.status !== 201) throw new Error(`${route}: ${answer.text}`);
  return answer.body;
}
