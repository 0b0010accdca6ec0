// Security review F7: the owner of an account comes from another network than those who guess.
import { inParallel } from '../target.mjs';

export const what = 'signs in with wrong passwords, for made-up accounts and for the other user\'s, from 60 addresses';

export async function run(target, { duration, end }) {
  const signIn = (email, password, from) => target.send({ method: 'POST', path: '/api/v1/session', agent: undefined, from, headers: { 'content-type': 'application/json', origin: target.url }, body: { email, password } });
  const tally = {};
  await inParallel(duration, 24, end, async (i) => {
    const { status } = await signIn(i % 2 ? target.victim.email : `nobody${i}@example.com`, 'not the password at all', `127.0.1.${1 + (i % 60)}`);
    tally[status] = (tally[status] ?? 0) + 1;
    // The owner signs in now and then, from where nobody guessed.
    if (i % 40 !== 39) return;
    const own = await signIn(target.victim.email, target.victim.password, '127.0.0.2');
    target.check(own.status === 201, `the right password from another network was answered ${own.status} ${own.error ?? own.text}`);
  });
  const last = await signIn(target.victim.email, target.victim.password, '127.0.0.2');
  target.check(last.status === 201, `the right password from another network was answered ${last.status} ${last.error ?? last.text}`);
  target.note(`answers ${JSON.stringify(tally)}`);
}
