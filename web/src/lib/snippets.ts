// How each client is told of this server: the file or command, ready to paste.
export interface Snippet {
  client: string;
  /** Where it goes. */
  where: string;
  code: (url: string, token: string) => string;
  note?: string;
}

/** Stands where the token goes when there is none to show. */
export const tokenPlaceholder = "wick_pat_YOUR_TOKEN";

const json = (value: unknown) => JSON.stringify(value, null, 2);

export const snippets: Snippet[] = [
  {
    client: "Claude Desktop",
    where: "claude_desktop_config.json (Settings → Developer → Edit config)",
    // Its file knows only local programs; mcp-remote is one that talks to a server by HTTP.
    code: (url, token) =>
      json({
        mcpServers: {
          wick: {
            command: "npx",
            // It refuses plain http to anything but localhost unless told otherwise.
            args: [
              "-y",
              "mcp-remote",
              url,
              "--header",
              "Authorization:${AUTH_HEADER}",
              ...(url.startsWith("http:") ? ["--allow-http"] : []),
            ],
            env: { AUTH_HEADER: `Bearer ${token}` },
          },
        },
      }),
    note: "Needs Node.js on your computer. Restart Claude Desktop after saving.",
  },
  {
    client: "Claude Code",
    where: "Terminal",
    code: (url, token) =>
      `claude mcp add --transport http wick ${url} \\\n  --header "Authorization: Bearer ${token}"`,
  },
  {
    client: "Cursor",
    where: "~/.cursor/mcp.json",
    code: (url, token) =>
      json({ mcpServers: { wick: { url, headers: { Authorization: `Bearer ${token}` } } } }),
  },
  {
    client: "VS Code",
    where: ".vscode/mcp.json",
    code: (url) =>
      json({
        inputs: [
          {
            type: "promptString",
            id: "wick-token",
            description: "Wick access token",
            password: true,
          },
        ],
        servers: {
          wick: { type: "http", url, headers: { Authorization: "Bearer ${input:wick-token}" } },
        },
      }),
    note: "VS Code asks for the token when it first connects, and keeps it out of the file.",
  },
  {
    client: "Codex",
    where: "~/.codex/config.toml",
    code: (url) => `[mcp_servers.wick]\nurl = "${url}"\nbearer_token_env_var = "WICK_TOKEN"`,
    note: "Codex reads the token from the environment variable WICK_TOKEN.",
  },
  {
    client: "Gemini CLI",
    where: "~/.gemini/settings.json",
    code: (url, token) =>
      json({
        mcpServers: { wick: { httpUrl: url, headers: { Authorization: `Bearer ${token}` } } },
      }),
  },
  {
    client: "cURL",
    where: "Terminal",
    code: (url, token) => {
      const request = {
        jsonrpc: "2.0",
        id: 1,
        method: "tools/list",
        params: {
          _meta: {
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientInfo": { name: "curl", version: "1" },
            "io.modelcontextprotocol/clientCapabilities": {},
          },
        },
      };
      return [
        `curl ${url}`,
        `-H "Authorization: Bearer ${token}"`,
        '-H "Content-Type: application/json"',
        '-H "Accept: application/json, text/event-stream"',
        '-H "MCP-Protocol-Version: 2026-07-28"',
        '-H "Mcp-Method: tools/list"',
        `-d '${JSON.stringify(request)}'`,
      ].join(" \\\n  ");
    },
    note: "Lists the tools that the token may call.",
  },
];
