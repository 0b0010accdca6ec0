// The owner of an account comes from another network than those who guess.
import { inParallel } from "../target.mjs";

export const what = "signs in with wrong passwords, for made-up accounts and for the other user's, from 60 addresses";

export async function run(target, { duration, end }) {
  const signIn = (email, password, from) =>
    target.send({
      method: "POST",
      path: "/api/v1/session",
      agent: undefined,
      from,
      headers: { "content-type": "application/json", origin: target.url },
      body: { email, password },
    });
  const owner = async (from, network) => {
    const { status, headers, error, text } = await signIn(target.victim.email, target.victim.password, from);
    target.check(status === 201, `the right password from ${network} was answered ${status} ${error ?? text}`);
    // A user has a hundred sessions; more would end the one that the well-behaved client has.
    if (status === 201)
      await target.send({
        method: "DELETE",
        path: "/api/v1/session",
        agent: undefined,
        from,
        headers: { origin: target.url, cookie: headers["set-cookie"][0].split(";")[0] },
      });
  };
  await owner("127.0.0.2", "a network before the attack");
  const tally = {};
  await inParallel(duration, 24, end, async (i) => {
    const { status } = await signIn(
      i % 2 ? target.victim.email : `nobody${i}@example.com`,
      "not the password at all",
      `127.0.1.${1 + (i % 60)}`,
    );
    tally[status] = (tally[status] ?? 0) + 1;
    // The owner signs in now and then, from where nobody guessed.
    if (i % 40 !== 39) return;
    await owner("127.0.0.2", "a known network");
  });
  await owner("127.0.0.2", "a known network");
  await owner("127.0.5.1", "a network that is new");
  target.note(`answers ${JSON.stringify(tally)}`);
}
