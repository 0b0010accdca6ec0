// A server that is told to stop ends in order whatever is under way: nothing of it is left, and nothing is touched that
// has gone. Under the sanitizers (.ci/run) this is where a mistake in that order shows.
import assert from "node:assert/strict";
import { once } from "node:events";
import http from "node:http";
import { after, describe, test } from "node:test";
import { messagesOf, postLegacy, postModern, startTalkative } from "../lib/conversation.mjs";
import { Wick, until } from "../lib/wick.mjs";

const closing = [];
after(() => closing.forEach((one) => one.close()));

const hang = { name: "hold", arguments: { name: "for ever" } };
const interview = { name: "interview", arguments: {} };

async function start() {
  const wick = await Wick.start({ args: ["--set", "connectors.commands_from_web=true"] });
  const admin = await wick.signIn();
  const connect = async (label, config) => {
    const made = await admin.post("/admin/connectors", { kind: "mcp", label, config });
    assert.equal(made.status, 201, made.text);
    return { id: made.body.id, view: `${wick.url}/mcp/c/${made.body.id}` };
  };
  return { wick, admin, connect, token: wick.token("ann@example.com", ["--tools", "direct"]).token };
}

// Reads to the end, whatever that is.
const toTheEnd = async (messages) => {
  try {
    for await (const message of messages) void message;
  } catch {
    // The connection was cut.
  }
};

// Together: each waits for the grace that hanging calls are given.
describe("a server that gets a signal to stop", { concurrency: true }, () => {
  for (const era of ["2025-11-25", "2026-07-28"]) {
    for (const transport of ["http", "stdio"]) {
      test(`ends streams, questions and calls that hang: server of ${era} over ${transport}`, async () => {
        const server = await startTalkative(era, transport);
        closing.push(server);
        const { wick, admin, connect, token } = await start();
        const { id, view } = await connect("Held", server.config);
        assert.equal((await admin.post(`/admin/connectors/${id}/refresh`, {})).status, 200);
        const ends = [];

        const begun = await postLegacy(view, token, {
          id: 1,
          method: "initialize",
          params: {
            protocolVersion: "2025-11-25",
            capabilities: { elicitation: {} },
            clientInfo: { name: "raw", version: "1" },
          },
        });
        await begun.text();
        const session = begun.headers.get("mcp-session-id");
        const stream = await fetch(view, {
          headers: { authorization: `Bearer ${token}`, accept: "text/event-stream", "mcp-session-id": session },
        });
        assert.equal(stream.status, 200);
        ends.push(toTheEnd(messagesOf(stream)));
        const subscription = messagesOf(
          await postModern(view, token, "subscriptions/listen", { notifications: { promptsListChanged: true } }),
        );
        assert.equal((await subscription.next()).value.method, "notifications/subscriptions/acknowledged");
        ends.push(toTheEnd(subscription));

        // A question to a legacy client, one that a modern client does not come back with an answer to, and calls that hang.
        const asking = messagesOf(
          await postLegacy(view, token, { id: 2, method: "tools/call", params: interview }, { session }),
        );
        assert.equal((await asking.next()).value.method, "elicitation/create");
        ends.push(toTheEnd(asking));
        const asked = await (await postModern(view, token, "tools/call", interview)).json();
        assert.equal(asked.result.resultType, "input_required", JSON.stringify(asked));
        const mark = server.journal.mark();
        for (let n = 0; n < 2; ++n)
          ends.push(
            postModern(view, token, "tools/call", hang).then(
              (response) => response.text(),
              () => {},
            ),
          );
        ends.push(
          postLegacy(view, token, { id: 3, method: "tools/call", params: hang }, { session }).then(
            (response) => response.text(),
            () => {},
          ),
        );
        await until(
          () => server.journal.since(mark, ({ what }) => what === "holding").length === 3,
          15,
          "the calls do not hang",
        );

        await wick.stop();
        await Promise.all(ends);
      });
    }
  }

  test("ends calls that wait for one token that does not come", async () => {
    const asked = [];
    const server = http.createServer((request) => asked.push(request.url)).listen(0, "127.0.0.1");
    closing.push({ close: () => (server.closeAllConnections(), server.close()) });
    await once(server, "listening");
    const origin = `http://127.0.0.1:${server.address().port}`;
    const { wick, connect, token } = await start();
    const { view } = await connect("Token", {
      url: `${origin}/mcp`,
      auth: "oauth_client_credentials",
      client_id: "wick",
      secret: "a secret",
      token_url: `${origin}/token`,
      allow_private_addresses: true,
    });
    const calls = Array.from({ length: 6 }, () =>
      postModern(view, token, "prompts/list").then(
        (response) => response.text(),
        () => {},
      ),
    );
    await until(() => asked.length > 0);
    assert.deepEqual(asked, ["/token"]);
    await wick.stop();
    await Promise.all(calls);
  });
});
