import { inParallel } from "../target.mjs";

export const what = "stores 800 notes of 64 kB and searches them for an absent word, 16 at once in a loop";

export async function run(target, { duration, end }) {
  const body = "lorem ipsum dolor sit amet ".repeat(2400);
  const stored = await inParallel(800, 8, Date.now() + Math.max(duration, 10_000), (i) =>
    target.call("notes__create", { title: `Heavy ${i}`, body }),
  );
  let worst = 0;
  let busy = 0;
  const searched = await inParallel(duration, 16, Math.max(end, Date.now() + duration / 2), async () => {
    const began = performance.now();
    const { text } = await target.call("notes__search", { query: "absentword" }, { timeout: 60_000 });
    if (/too many|busy|limit/i.test(text)) ++busy;
    worst = Math.max(worst, performance.now() - began);
  });
  target.note(`${stored} notes, ${searched} searches (${busy} turned away), worst ${worst.toFixed(0)} ms`);
}
