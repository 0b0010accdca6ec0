// Runs the server scenarios of the official MCP conformance suite, and writes their results into a document.
import { spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import http from "node:http";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";

const suite = fileURLToPath(new URL("../node_modules/@modelcontextprotocol/conformance/", import.meta.url));

/** The scenarios of a revision: required ones, and unscored ones with the reason. Extensions are left out. */
export function requirements(revision) {
  const { server, not_scored } = parse(fs.readFileSync(path.join(suite, "requirements", `${revision}.yaml`), "utf8"));
  const unscored = not_scored.filter(({ leg, reason }) => leg === "server" && reason !== "extension");
  return { required: server, unscored: Object.fromEntries(unscored.map(({ scenario, reason }) => [scenario, reason])) };
}

// The suite's results in a folder, by scenario. Its folders are called server-SCENARIO-TIME.
function collect(folder) {
  const found = {};
  for (const name of fs.readdirSync(folder)) {
    const file = path.join(folder, name, "checks.json");
    if (!fs.existsSync(file)) continue;
    const checks = {};
    const failures = [];
    for (const { id, status, errorMessage } of JSON.parse(fs.readFileSync(file, "utf8"))) {
      checks[status] = (checks[status] ?? 0) + 1;
      if (status === "FAILURE" || status === "WARNING") failures.push(`${status} ${id}: ${errorMessage ?? ""}`);
    }
    // As in the suite, a warning does not fail. Unlike in the suite, a scenario without checks has not passed.
    const status = checks.FAILURE ? "fail" : checks.SUCCESS ? "pass" : "empty";
    found[name.match(/^server-(.+)-\d{4}-\d\d-\d\dT/)[1]] = { status, checks, failures };
  }
  return found;
}

// The suite waits one minute for a missing answer. A run without output for longer than this is stuck.
const patience = 15_000;

async function run(args, folder) {
  const child = spawn(process.execPath, [path.join(suite, "dist/index.js"), "server", ...args, "-o", folder]);
  let output = "";
  const stuck = setTimeout(() => child.kill("SIGKILL"), patience);
  const read = (chunk) => ((output += chunk), stuck.refresh());
  child.stdout.on("data", read);
  child.stderr.on("data", read);
  await once(child, "close");
  clearTimeout(stuck);
  return output;
}

/** Runs all scenarios of a revision against a server, or those given; {scenario: {status, checks: {STATUS: count}, failures}}, where one that did not come to an end has failed. */
export async function runSuite({ url, revision, scenarios }) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "wick-conformance-"));
  try {
    const { required, unscored } = requirements(revision);
    const wanted = scenarios ?? [...required, ...Object.keys(unscored)];
    const outputs = {};
    if (!scenarios) {
      const output = await run(["--url", url, "--requirements", revision], folder);
      const last =
        output
          .match(/=== Running scenario: \S+/g)
          ?.at(-1)
          ?.split(" ")
          .at(-1) ?? wanted[0];
      if (!collect(folder)[last]) outputs[last] = output;
    }
    // All scenarios run together, which is quickest. Scenarios that a stuck one prevented from running are then run alone.
    const left = wanted.filter((scenario) => !(scenario in outputs) && !(scenario in collect(folder)));
    for (const scenario of left)
      outputs[scenario] = await run(
        ["--url", url, "--scenario", scenario, "--spec-version", revision, "--force"],
        folder,
      );
    const found = collect(folder);
    const ended = (scenario) =>
      found[scenario] ?? {
        status: "fail",
        checks: {},
        failures: [`It did not come to an end: ${outputs[scenario].trim().slice(-300)}`],
      };
    return Object.fromEntries(wanted.map((scenario) => [scenario, ended(scenario)]));
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

/** A proxy on loopback that adds a bearer token: the suite itself has none to send. What is addressed to the proxy is addressed to the target; any other Host and Origin go through as they are. */
export async function bearerProxy(target, token) {
  const { host, hostname, port, origin, pathname } = new URL(target);
  const server = http
    .createServer((request, response) => {
      const headers = {};
      for (let i = 0; i < request.rawHeaders.length; i += 2) {
        const [name, value] = request.rawHeaders.slice(i, i + 2);
        const own = { host: [self, host], origin: [`http://${self}`, origin] }[name.toLowerCase()];
        if (name.toLowerCase() !== "connection") headers[name] = own && value === own[0] ? own[1] : value;
      }
      const onward = http.request({
        hostname,
        port,
        path: request.url,
        method: request.method,
        headers: { ...headers, Authorization: `Bearer ${token}` },
        agent: false,
      });
      onward.on("response", (answer) => {
        response.writeHead(answer.statusCode, answer.rawHeaders);
        response.flushHeaders();
        answer.pipe(response);
        answer.on("close", () => answer.complete || response.destroy());
      });
      onward.on("error", () => response.destroy());
      response.on("close", () => onward.destroy());
      request.pipe(onward);
    })
    .listen(0, "127.0.0.1");
  await once(server, "listening");
  const self = `127.0.0.1:${server.address().port}`;
  return { url: `http://${self}${pathname}`, close: () => (server.closeAllConnections(), server.close()) };
}

const ways = {
  direct: "direct",
  http: "through Wick (HTTP)",
  stdio: "through Wick (stdio)",
  both: "through Wick (both eras)",
};

function cell(result) {
  if (!result) return "not run";
  const { status, checks } = result;
  const all = Object.entries(checks).reduce((sum, [kind, count]) => sum + (kind === "INFO" ? 0 : count), 0);
  if (status === "fail") return checks.FAILURE ? `**fails** ${checks.FAILURE} of ${all}` : "**never ended**";
  if (status === "empty") return "does not apply";
  return checks.WARNING ? `passes, ${checks.WARNING} warned` : "passes";
}

/** The tables of docs/conformance.md; `measured` is {revision: {direct, http, stdio, both}}, each as runSuite gives it. */
export function tables(measured) {
  const parts = [];
  for (const [revision, by] of Object.entries(measured)) {
    const { required, unscored } = requirements(revision);
    const line = (scenario, title = `\`${scenario}\``) =>
      `| ${title} | ${Object.keys(ways)
        .map((way) => cell(by[way]?.[scenario]))
        .join(" | ")} |`;
    const passed = Object.entries(ways).map(
      ([way, title]) => `${required.filter((scenario) => by[way]?.[scenario]?.status === "pass").length} ${title}`,
    );
    parts.push(
      `## ${revision}`,
      "",
      `Required scenarios that pass, out of ${required.length}: ${passed.join(", ")}.`,
      "",
      `| scenario | ${Object.values(ways).join(" | ")} |`,
      `|---|${"---|".repeat(Object.keys(ways).length)}`,
      ...required.map((scenario) => line(scenario)),
      ...Object.entries(unscored).map(([scenario, reason]) =>
        line(scenario, `\`${scenario}\` (not required: ${reason})`),
      ),
      "",
    );
  }
  return parts.join("\n").trim();
}

const document = fileURLToPath(new URL("../../docs/conformance.md", import.meta.url));
const [begin, end] = ["<!-- measured: begin -->", "<!-- measured: end -->"];

/** The results in docs/conformance.md. write(…) replaces them, and creates the file if it is missing. */
export const report = {
  read: () =>
    fs.existsSync(document) ? (fs.readFileSync(document, "utf8").split(begin)[1] ?? "").split(end)[0].trim() : "",
  write: (text) => {
    const whole = fs.existsSync(document) ? fs.readFileSync(document, "utf8") : `# Conformance\n\n${begin}${end}\n`;
    fs.writeFileSync(document, `${whole.split(begin)[0]}${begin}\n\n${text}\n\n${end}${whole.split(end)[1]}`);
  },
};
