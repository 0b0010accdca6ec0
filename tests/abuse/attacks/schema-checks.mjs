export const what = "calls tools with small and large arguments that are slow to validate";

const numbers = (count) => Array.from({ length: count }, (_, i) => i);

export async function run(target) {
  const inputs = [
    ["lab__unique", "4,000 equal items", { l: Array(4000).fill(1) }],
    ["lab__unique", "20,000 different items", { l: numbers(20_000) }],
    ["lab__unique", "130,000 different items, 900 kB", { l: numbers(130_000) }],
    ["lab__unique", "40,000 equal objects", { l: Array(40_000).fill({ a: { b: [1, 2] } }) }],
    ["lab__unique", "50,000 pairs", { l: numbers(50_000).map((i) => [i % 2, i]) }],
    ["lab__choice", "200,000 items of no kind", { l: Array(200_000).fill(1) }],
    [
      "lab__names",
      "40,000 names",
      { o: Object.fromEntries(numbers(40_000).map((i) => [`aaaaaaaaaaaaaaaaaaaaaaaaaaaa${i}`, i])) },
    ],
    [
      "lab__quick",
      "nested 60 deep, wide",
      { l: JSON.parse("[".repeat(60) + numbers(200_000).join(",") + "]".repeat(60)) },
    ],
  ];
  let worst = { time: 0 };
  for (const [tool, name, args] of inputs) {
    const began = performance.now();
    const response = await target.call(tool, args, { timeout: 30_000 });
    const time = performance.now() - began;
    if (time > worst.time) worst = { time, name };
    target.check(response.status !== 0, `${name}: no answer: ${response.error}`);
    target.check(time < 3000, `${name} took ${time.toFixed(0)} ms`);
    if (time > 10_000) break;
  }
  target.note(`worst ${worst.time.toFixed(0)} ms (${worst.name})`);
}
