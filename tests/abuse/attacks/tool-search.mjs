import { inParallel } from '../target.mjs';

export const what = 'searches tools with 180 words, with one word of 200 kB, and 16 at once in a loop';

export async function run(target, { duration, end }) {
  const words = Array.from({ length: 180 }, (_, i) => `${'abcdefghijklmnopqrstuvwxyz'[i % 26]}nsw${i}ring`);
  const queries = [
    words.join(' '),
    'delte creat updat serch '.repeat(45),
    'x'.repeat(200_000),
    Array.from({ length: 100_000 }, (_, i) => `w${i}`).join(' '),
  ];
  let worst = 0;
  const asked = await inParallel(duration, 16, end, async (i) => {
    const began = performance.now();
    await target.call('wick_search', { query: queries[i % queries.length] }, { timeout: 30_000 });
    worst = Math.max(worst, performance.now() - began);
  });
  target.note(`${asked} searches, worst ${worst.toFixed(0)} ms`);
}
