import { parsed, wait } from "../target.mjs";

export const what = "makes 1,005 calls of a slow operation at once, then hangs up";

const others = async (target) =>
  parsed(await fetch(`${target.hostile}/seen`).then(async (response) => ({ text: await response.text() })));

export async function run(target, { duration }) {
  const controller = new AbortController();
  const calls = Array.from({ length: 1005 }, () =>
    target.call("lab__slow", { ms: 20_000 }, { signal: controller.signal, timeout: 30_000 }),
  );
  await wait(Math.max(1000, duration * 0.6));
  const { waiting } = await others(target);
  target.note(`${waiting} at the system at once`);
  target.check(waiting <= 500, `one member holds ${waiting} of 1,000 outgoing requests`);
  controller.abort();
  await Promise.all(calls);
  for (let i = 0; i < 50 && (await others(target)).waiting > 0; ++i) await wait(50);
  const left = (await others(target)).waiting;
  target.check(left === 0, `${left} calls go on at the system after their client has hung up`);
}
