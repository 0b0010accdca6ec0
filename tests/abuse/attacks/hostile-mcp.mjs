import { inParallel } from "../target.mjs";

export const what = "calls an MCP server that answers without end, in drips, half, too deep, or not at all";

export async function run(target, { duration, end }) {
  const tools = ["endless", "drip", "nested", "notify", "half", "hang", "go"].map((name) => `remote__${name}`);
  const made = await inParallel(10_000, 14, end, (i) =>
    target.call(tools[i % tools.length], {}, { timeout: Math.max(2000, duration / 2) }),
  );
  target.note(`${made} calls`);
  const text = await target.callText("remote__go");
  target.check(text === "gone", `a sound answer does not arrive any more: ${text.slice(0, 200)}`);
}
