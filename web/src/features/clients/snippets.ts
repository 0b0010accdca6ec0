// How each client is told of this server: the file or command, ready to paste. tests/specs/client-snippets.test.mjs pastes
// them into the real clients, which is why nothing but types that can be stripped may be used here.
interface Instruction {
  /** Where it goes. */
  where: string;
  code: (url: string) => string;
  note?: string;
}

interface TokenInstruction extends Omit<Instruction, "code"> {
  code: (url: string, token: string) => string;
}

export interface Snippet {
  client: string;
  /** The client signs its user in; empty when it cannot. */
  signIn: Instruction[];
  /** With an access token. */
  token: TokenInstruction;
}

/** Stands where the token goes when there is none to show. */
export const tokenPlaceholder = "wick_pat_YOUR_TOKEN";

const json = (value: unknown) => JSON.stringify(value, null, 2);

// mcp-remote refuses plain http to anything but localhost unless told otherwise.
const allowHttp = (url: string) => (url.startsWith("http:") ? ["--allow-http"] : []);

const claudeDesktopFile = "claude_desktop_config.json (Settings → Developer → Edit config)";

export const snippets: Snippet[] = [
  {
    client: "Claude Desktop",
    signIn: [
      {
        where: "Settings → Connectors → Add custom connector",
        code: (url) => url,
        note: "Claude connects from the internet, so this server must be reachable from there over HTTPS.",
      },
      {
        where: claudeDesktopFile,
        // Its file knows only local programs; mcp-remote is one that talks to a server by HTTP.
        code: (url) =>
          json({
            mcpServers: {
              wick: { command: "npx", args: ["-y", "mcp-remote", url, ...allowHttp(url)] },
            },
          }),
        note: "For a server that is reachable only from your own network. Needs Node.js on your computer.",
      },
    ],
    token: {
      where: claudeDesktopFile,
      code: (url, token) =>
        json({
          mcpServers: {
            wick: {
              command: "npx",
              args: [
                "-y",
                "mcp-remote",
                url,
                "--header",
                "Authorization:${AUTH_HEADER}",
                ...allowHttp(url),
              ],
              env: { AUTH_HEADER: `Bearer ${token}` },
            },
          },
        }),
      note: "Needs Node.js on your computer. Restart Claude Desktop after saving.",
    },
  },
  {
    client: "Claude Code",
    signIn: [
      {
        where: "Terminal",
        code: (url) => `claude mcp add --transport http wick ${url}`,
        note: "Then type /mcp in Claude Code, choose wick and sign in.",
      },
    ],
    token: {
      where: "Terminal",
      code: (url, token) =>
        `claude mcp add --transport http wick ${url} \\\n  --header "Authorization: Bearer ${token}"`,
    },
  },
  {
    client: "Cursor",
    signIn: [
      {
        where: "~/.cursor/mcp.json",
        code: (url) => json({ mcpServers: { wick: { url } } }),
        note: "Cursor opens your browser to sign in when it first connects.",
      },
    ],
    token: {
      where: "~/.cursor/mcp.json",
      code: (url, token) =>
        json({ mcpServers: { wick: { url, headers: { Authorization: `Bearer ${token}` } } } }),
    },
  },
  {
    client: "VS Code",
    signIn: [
      {
        where: ".vscode/mcp.json",
        code: (url) => json({ servers: { wick: { type: "http", url } } }),
        note: "VS Code opens your browser to sign in when it first connects.",
      },
    ],
    token: {
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
  },
  {
    client: "Codex",
    signIn: [
      {
        where: "Terminal",
        code: (url) => `codex mcp add wick --url ${url}`,
        note: "Codex opens your browser to sign in. To sign in again later, run codex mcp login wick.",
      },
    ],
    token: {
      where: "~/.codex/config.toml",
      code: (url) => `[mcp_servers.wick]\nurl = "${url}"\nbearer_token_env_var = "WICK_TOKEN"`,
      note: "Codex reads the token from the environment variable WICK_TOKEN.",
    },
  },
  {
    client: "Gemini CLI",
    signIn: [
      {
        where: "~/.gemini/settings.json",
        code: (url) => json({ mcpServers: { wick: { url, type: "http" } } }),
        note: "Then type /mcp auth wick in Gemini CLI to sign in.",
      },
    ],
    token: {
      where: "~/.gemini/settings.json",
      code: (url, token) =>
        json({
          mcpServers: {
            wick: { url, type: "http", headers: { Authorization: `Bearer ${token}` } },
          },
        }),
    },
  },
  {
    client: "opencode",
    signIn: [
      {
        where: "~/.config/opencode/opencode.json",
        code: (url) => json({ mcp: { wick: { type: "remote", url } } }),
        note: "Then run opencode mcp auth wick to sign in.",
      },
    ],
    token: {
      where: "~/.config/opencode/opencode.json",
      code: (url, token) =>
        json({
          mcp: { wick: { type: "remote", url, headers: { Authorization: `Bearer ${token}` } } },
        }),
    },
  },
  {
    client: "MCP Inspector",
    signIn: [],
    token: {
      where: "Terminal",
      code: (url, token) =>
        `npx @modelcontextprotocol/inspector --cli ${url} --transport http \\\n  --header "Authorization: Bearer ${token}" --method tools/list`,
      note: "Lists the tools that the token can call. Without --cli, the Inspector opens in a browser.",
    },
  },
  {
    client: "cURL",
    signIn: [],
    token: {
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
      note: "Lists the tools that the token can call.",
    },
  },
];
