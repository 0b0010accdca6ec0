// The Wick of an admin who connects MCP servers of any kind, for the whole of a spec.
import assert from "node:assert/strict";
import { after, before } from "node:test";
import { Wick } from "./wick.mjs";

/**
 * Before the tests `ready({ wick, admin, token })` is called, with a token that shows each tool by itself. After them all
 * that was `opened` is closed.
 */
export function connecting(ready) {
  const open = [];
  let wick, admin;
  before(async () => {
    wick = await Wick.start({ args: ["--set", "connectors.commands_from_web=true"] });
    admin = await wick.signIn();
    ready({ wick, admin, token: wick.token("ann@example.com", ["--tools", "direct"]).token });
  });
  after(async () => {
    for (const server of open) await server.close();
    await wick.stop();
  });
  return {
    opened: (server) => (open.push(server), server),
    /** A connector for the server of this config, and how asking for its tools went. */
    connect: async (label, config) => {
      const { status, body, text } = await admin.post("/admin/connectors", {
        kind: "mcp",
        label,
        config: config.url ? { allow_private_addresses: true, ...config } : config,
      });
      assert.equal(status, 201, text);
      const refresh = () => admin.post(`/admin/connectors/${body.id}/refresh`, {});
      return { id: body.id, refresh, refreshed: await refresh() };
    },
  };
}
