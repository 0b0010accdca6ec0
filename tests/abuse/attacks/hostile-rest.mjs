// Credentials in responses, slow and endless responses, and headers that try to add requests.
import { inParallel, parsed } from "../target.mjs";

export const what =
  "calls a REST system that echoes credentials, floods, drips, lies about its compression and splits headers";

export async function run(target, { end }) {
  const { basic, bearer, username } = target.secrets;
  const pair = `${username}:${basic}`;
  const base64 = (text) => Buffer.from(text).toString("base64");
  const forms = (secret) => [
    secret,
    base64(secret),
    base64(secret).replace(/=+$/, ""),
    encodeURIComponent(secret),
    JSON.stringify(secret).slice(1, -1),
    JSON.stringify(JSON.stringify(secret)).slice(3, -3),
  ];
  const decoded = (text) => [text, text.replaceAll("\\\\", "\\").replaceAll('\\"', '"')];
  const leaks = (text, secrets) =>
    secrets.flatMap(forms).find((form) => decoded(text).some((one) => one.includes(form)));
  for (const [tool, secrets] of [
    ["lab__echo", [basic, pair]],
    ["lab__echo_encoded", [basic, pair]],
    ["bearer__echo", [bearer]],
    ["bearer__echo_encoded", [bearer]],
  ]) {
    const { text } = await target.call(tool);
    const found = leaks(text, secrets);
    target.check(found === undefined, `${tool} gives the credential back: ${found}`);
  }
  for (let i = 0; i < 6; ++i) await target.call("minted__echo");
  const seen = parsed({ text: await fetch(`${target.hostile}/seen`).then((response) => response.text()) });
  target.check(
    seen.injected.length === 0,
    `a token endpoint's answer put headers or requests into others: ${seen.injected.length} times`,
  );
  await target.call("lab__fails", { q: "PRIVATE-SALARY-QUERY" });
  const told = await target.api("GET", "/connectors", undefined, target.victim);
  target.check(told.status === 200, `connectors cannot be listed: ${told.status} ${told.error ?? told.text}`);
  target.check(!told.text.includes("PRIVATE-SALARY"), "the health of a connector shows another user's data to members");
  const floods = [
    "lab__endless",
    "lab__bomb",
    "lab__headers",
    "lab__broken",
    "lab__nested",
    "lab__colliding",
    "lab__drip",
  ];
  const made = await inParallel(10_000, 14, end, (i) => target.call(floods[i % floods.length], {}, { timeout: 5000 }));
  target.note(`${made} floods`);
}
