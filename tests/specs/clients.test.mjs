// The official clients of both generations, and mcp-remote, against the real server.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { Client as Client1 } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport as Transport1 } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { Client as Client2, StreamableHTTPClientTransport as Transport2 } from "@modelcontextprotocol/client";
import { Wick, notesId, until } from "../lib/wick.mjs";

let wick;
before(async () => (wick = await Wick.start()));
after(() => wick.stop());

const headers = (token) => ({ requestInit: { headers: { Authorization: `Bearer ${token}` } } });
const url = () => new URL(`${wick.url}/mcp`);

const kinds = {
  "SDK 1.x": async (token) => {
    const client = new Client1({ name: "v1", version: "1" });
    await client.connect(new Transport1(url(), headers(token)));
    return client;
  },
  "SDK 2.x by default": async (token) => {
    const client = new Client2({ name: "v2", version: "2" });
    await client.connect(new Transport2(url(), headers(token)));
    return client;
  },
  "SDK 2.x on 2026-07-28": async (token) => {
    const client = new Client2({ name: "v2m", version: "2" }, { versionNegotiation: { mode: { pin: "2026-07-28" } } });
    await client.connect(new Transport2(url(), headers(token)));
    return client;
  },
  "SDK 2.x that finds out": async (token) => {
    const client = new Client2({ name: "v2a", version: "2" }, { versionNegotiation: { mode: "auto" } });
    await client.connect(new Transport2(url(), headers(token)));
    return client;
  },
  "mcp-remote": async (token) => {
    const script = path.resolve(
      import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname),
      "../node_modules/mcp-remote/dist/proxy.js",
    );
    const client = new Client1({ name: "bridge", version: "1" });
    await client.connect(
      new StdioClientTransport({
        command: process.execPath,
        args: [
          script,
          `${wick.url}/mcp`,
          "--allow-http",
          "--transport",
          "http-only",
          "--header",
          `Authorization: Bearer ${token}`,
        ],
        env: { ...process.env, MCP_REMOTE_CONFIG_DIR: fs.mkdtempSync(path.join(os.tmpdir(), "wick-mcp-remote-")) },
        stderr: "ignore",
      }),
    );
    return client;
  },
};

for (const [kind, connect] of Object.entries(kinds)) {
  test(`${kind} lists and calls tools, and a revoked token fails on the very next call`, async () => {
    const { id, token } = wick.token("ann@example.com", [], kind);
    const client = await connect(token);
    try {
      const { tools } = await client.listTools();
      assert.deepEqual(
        tools.map((tool) => tool.name),
        ["notes__create", "notes__list", "notes__search", "notes__get", "notes__update"],
      );
      const made = await client.callTool({ name: "notes__create", arguments: { title: kind, body: "from a client" } });
      const read = await client.callTool({ name: "notes__get", arguments: { id: made.structuredContent.id } });
      assert.match(read.content[0].text, /from a client/);
      const wrong = await client.callTool({ name: "notes__get", arguments: {} });
      assert.equal(wrong.isError, true);
      await assert.rejects(client.callTool({ name: "nothing__here", arguments: {} }), /-32602|no such tool/);
      assert.equal(wick.cli(["token", "revoke", id]).code, 0);
      // mcp-remote, once refused, waits for someone to sign in: it too gets no answer.
      await assert.rejects(client.callTool({ name: "notes__list", arguments: {} }, undefined, { timeout: 3000 }));
    } finally {
      await client.close();
    }
  });
}

test("a client with the meta surface has five tools and calls everything through them", async () => {
  const client = await kinds["SDK 1.x"](wick.token("ann@example.com", ["--tools", "meta"], "meta").token);
  const { tools } = await client.listTools();
  assert.deepEqual(
    tools.map((tool) => tool.name),
    ["wick_list", "wick_search", "wick_get", "wick_execute", "wick_info"],
  );
  const call = (name, args) => client.callTool({ name, arguments: args });
  const found = await call("wick_search", { query: "create a note" });
  const { tool_id } = found.structuredContent.operations[0];
  assert.equal(tool_id, `conn:${notesId}/create`);
  assert.ok((await call("wick_get", { tool_id })).structuredContent.input_schema.properties.title);
  assert.equal((await call("wick_execute", { tool_id, arguments: { title: "one" } })).structuredContent.title, "one");
  const progress = [];
  const batch = await client.callTool(
    {
      name: "wick_execute",
      arguments: {
        calls: [
          { tool_id, arguments: { title: "two" } },
          { tool_id: "conn:none/x" },
          { tool_id, arguments: { title: "three" } },
        ],
      },
    },
    undefined,
    { onprogress: (step) => progress.push(step.progress) },
  );
  assert.deepEqual(
    batch.structuredContent.results.map((one) => one.isError ?? false),
    [false, true, false],
  );
  assert.equal(batch.isError ?? false, false);
  assert.deepEqual(progress, [1, 2, 3]);
  assert.equal((await call("wick_info", {})).structuredContent.tools, "meta");
  await client.close();
});

for (const kind of ["SDK 1.x", "SDK 2.x on 2026-07-28"]) {
  test(`${kind} that listens is notified when an operation is turned on`, async () => {
    const admin = await wick.signIn();
    const toggle = (enabled) => admin.patch(`/admin/connectors/${notesId}/operations/delete`, { enabled });
    const { token } = wick.token("ann@example.com", [], `${kind} listens`);
    let told = 0;
    let client;
    if (kind === "SDK 1.x") {
      client = new Client1({ name: "v1", version: "1" });
      const { ToolListChangedNotificationSchema } = await import("@modelcontextprotocol/sdk/types.js");
      client.setNotificationHandler(ToolListChangedNotificationSchema, () => void ++told);
      await client.connect(new Transport1(url(), headers(token)));
    } else {
      client = new Client2(
        { name: "v2m", version: "2" },
        {
          versionNegotiation: { mode: { pin: "2026-07-28" } },
          listChanged: { tools: { autoRefresh: false, debounceMs: 0, onChanged: () => void ++told } },
        },
      );
      await client.connect(new Transport2(url(), headers(token)));
    }
    // The stream opens in the background: change something until the first notice arrives.
    let on = false;
    await until(
      async () => {
        on = !on;
        assert.equal((await toggle(on)).status, 200);
        return told > 0;
      },
      10,
      "no notice came",
    );
    assert.equal((await toggle(true)).status, 200);
    assert.ok((await client.listTools()).tools.some((tool) => tool.name === "notes__delete"));
    assert.equal((await toggle(false)).status, 200);
    await assert.rejects(client.callTool({ name: "notes__delete", arguments: { id: "x" } }), /no such tool/);
    await client.close();
  });
}
