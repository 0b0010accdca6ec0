import { inParallel } from "../target.mjs";

export const what = "calls tools as fast as it can on 64 connections, with results and batches of the largest size";

export async function run(target, { duration, end }) {
  const { text } = await target.call("notes__create", { title: "Large", body: "y".repeat(60_000) });
  const id = /"id":"([0-9a-f-]{36})"/.exec(text.replaceAll("\\", ""))?.[1];
  const tally = {};
  const made = await inParallel(duration * 20, 64, end, async (i) => {
    const { status } =
      i % 8 === 7
        ? await target.call("wick_execute", {
            calls: Array.from({ length: 20 }, () => ({
              tool_id: "conn:01900000-0000-7000-8000-000000000001/get",
              arguments: { id },
            })),
          })
        : await target.call("notes__get", { id });
    tally[status] = (tally[status] ?? 0) + 1;
  });
  target.note(`${made} calls, answers ${JSON.stringify(tally)}`);
  target.check(tally[200] > 0, "not one call of the member was answered");
}
