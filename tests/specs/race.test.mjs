// Revocation under load: after the answer, not one call succeeds, whatever kind of credential it was.
import assert from "node:assert/strict";
import http from "node:http";
import { test } from "node:test";
import { Wick, callTool, meta } from "../lib/wick.mjs";
import { connect, refresh, whoami } from "../lib/oauth.mjs";

const connections = 64;
const tokenCount = 16;

const kinds = {
  "personal access tokens are revoked": {
    make: (wick, _session, i) => wick.token("ann@example.com", [], `race ${i}`),
    end: (session, { id }) => session.delete(`/tokens/${id}`),
  },
  "OAuth connections are disconnected": {
    make: async (wick, session) => {
      const connection = await connect(wick, session);
      const { id } = (await whoami(wick, connection.access_token)).credential;
      return { ...connection, id, token: connection.access_token };
    },
    end: (session, { id }) => session.delete(`/connections/${id}`),
    gone: async (wick, connection) => assert.equal((await refresh(wick, connection)).body.error, "invalid_grant"),
  },
};

async function race({ make, end, gone }) {
  const wick = await Wick.start();
  const ann = await wick.signIn();
  const tokens = [];
  for (let i = 0; i < tokenCount; ++i)
    tokens.push({ ...(await make(wick, ann, i)), revokedAt: Infinity, ok: 0, refused: 0, late: 0 });
  const body = JSON.stringify({
    jsonrpc: "2.0",
    id: 1,
    method: "tools/call",
    params: { name: "notes__list", arguments: {}, _meta: meta },
  });
  let running = true;
  const agent = new http.Agent({ keepAlive: true, maxSockets: connections });
  const call = (token) =>
    new Promise((resolve, reject) => {
      const request = http.request(
        `${wick.url}/mcp`,
        {
          method: "POST",
          agent,
          headers: {
            authorization: `Bearer ${token.token}`,
            "content-type": "application/json",
            "content-length": body.length,
            "mcp-protocol-version": "2026-07-28",
            "mcp-method": "tools/call",
            "mcp-name": "notes__list",
          },
        },
        (response) => response.resume().on("end", () => resolve(response.statusCode)),
      );
      request.on("error", reject).end(body);
    });
  const workers = Array.from({ length: connections }, async (_, i) => {
    for (let n = i; running; ++n) {
      const token = tokens[n % tokenCount];
      const sent = performance.now();
      const status = await call(token);
      if (status === 200) ++token.ok;
      else if (status === 401) ++token.refused;
      else assert.fail(`status ${status}`);
      if (status === 200 && sent > token.revokedAt) ++token.late;
    }
  });
  const total = () => tokens.reduce((sum, token) => sum + token.ok, 0);
  const progress = async (calls) => {
    const goal = total() + calls;
    while (total() < goal) await new Promise((resolve) => setImmediate(resolve));
  };
  await progress(1000);
  for (const token of tokens.slice(1)) {
    const answer = await end(ann, token);
    token.revokedAt = performance.now();
    assert.equal(answer.status, 204);
    await progress(100);
  }
  running = false;
  await Promise.all(workers);
  agent.destroy();
  assert.deepEqual(
    tokens.map((token) => token.late),
    tokens.map(() => 0),
  );
  assert.ok(tokens.slice(1, -1).every((token) => token.ok > 0 && token.refused > 0));
  assert.ok(total() > 2000);
  for (const token of tokens.slice(1)) await gone?.(wick, token);
  await wick.stop();
}

for (const [what, kind] of Object.entries(kinds))
  test(`64 connections call without pause while ${what}, and none succeeds after the answer`, () => race(kind));

test("a client that refreshes without pause while its connection is ended is left with nothing that works", async () => {
  const wick = await Wick.start();
  const ann = await wick.signIn();
  for (let round = 0; round < 16; ++round) {
    const issued = [await connect(wick, ann)];
    const { id } = (await whoami(wick, issued[0].access_token)).credential;
    let begun;
    const enough = new Promise((resolve) => (begun = resolve));
    // Four at once on each refresh token: while the connection lives they get one pair.
    const refreshing = (async () => {
      for (;;) {
        const answers = await Promise.all([1, 2, 3, 4].map(() => refresh(wick, issued.at(-1))));
        const won = answers.filter(({ status }) => status === 200);
        for (const { status, body } of answers) assert.ok(status === 200 || body.error === "invalid_grant");
        if (won.length === 0) return begun();
        issued.push({ ...issued[0], ...won[0].body });
        if (issued.length > 1 + (round % 4)) begun();
      }
    })();
    await enough;
    assert.equal((await ann.delete(`/connections/${id}`)).status, 204);
    await refreshing;
    assert.ok(issued.length > 1 + (round % 4), "it was refreshed until then");
    for (const { access_token } of issued)
      assert.equal((await callTool(wick, access_token, "notes__list")).status, 401);
  }
  await wick.stop();
});
