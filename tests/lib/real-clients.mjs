// The MCP clients that people have, as npm carries them: pinned, installed once into a cache when a test first asks for
// them (together some hundred megabytes, so not among the tests' own packages), and run in a home of their own.
import { spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";

const packages = {
  claude: "@anthropic-ai/claude-code@2.1.332",
  codex: "@openai/codex@0.171.0",
  gemini: "@google/gemini-cli@0.61.0",
  opencode: "opencode-ai@1.18.33",
  "mcp-inspector": "@modelcontextprotocol/inspector@2.12.0",
};
const cache = path.join(process.env.XDG_CACHE_HOME ?? path.join(os.homedir(), ".cache"), "wick-tests", "clients");

async function run(program, args, { seconds = 120, onOutput = () => {}, ...options } = {}) {
  const child = spawn(program, args, {
    stdio: ["ignore", "pipe", "pipe"],
    timeout: seconds * 1000,
    killSignal: "SIGKILL",
    ...options,
  });
  let output = "",
    errors = "";
  child.stdout.on("data", (chunk) => onOutput((output += chunk) + errors));
  child.stderr.on("data", (chunk) => onOutput(output + (errors += chunk)));
  const [code, signal] = await once(child, "close");
  return { code: code ?? signal, output, errors, all: output + errors };
}

/** The folder with the program of a client, which is installed if it is missing. */
async function installed(name) {
  const folder = path.join(cache, packages[name].replaceAll("/", "+"));
  const programs = path.join(folder, "node_modules", ".bin");
  if (fs.existsSync(programs)) return programs;
  fs.mkdirSync(cache, { recursive: true });
  const fresh = fs.mkdtempSync(path.join(cache, "new-"));
  const { code, all } = await run(
    "npm",
    ["install", "--silent", "--no-audit", "--no-fund", "--prefix", fresh, packages[name]],
    { seconds: 600 },
  );
  if (code !== 0) throw new Error(`npm install ${packages[name]}: ${all}`);
  try {
    fs.renameSync(fresh, folder);
  } catch (error) {
    if (!fs.existsSync(programs)) throw error; // another run was faster
    fs.rmSync(fresh, { recursive: true });
  }
  return programs;
}

/** A client in a new, empty home; `shell(command)` is its user at a terminal; `onOutput` is given all that was printed so far. */
export async function realClient(name, environment = {}) {
  const programs = await installed(name);
  const home = fs.mkdtempSync(path.join(os.tmpdir(), `wick-client-${name}-`));
  const env = {
    HOME: home,
    PATH: `${programs}:${process.env.PATH}`,
    CI: "1",
    NO_COLOR: "1",
    TERM: "dumb",
    DISABLE_AUTOUPDATER: "1",
    DISABLE_TELEMETRY: "1",
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
    OPENCODE_DISABLE_AUTOUPDATE: "1",
    GEMINI_CLI_TRUST_WORKSPACE: "true",
    ...environment,
  };
  return {
    home,
    write: (file, text) => {
      const target = path.join(home, file);
      fs.mkdirSync(path.dirname(target), { recursive: true });
      fs.writeFileSync(target, text);
    },
    shell: (command, options) => run("sh", ["-c", command], { cwd: home, env, ...options }),
    remove: () => fs.rmSync(home, { recursive: true, force: true, maxRetries: 5 }),
  };
}
