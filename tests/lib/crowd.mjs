// Names as they come in large organisations, and as nobody should choose them: for tests of lists.
export const longName = (i) => `${'Wolfeschlegelsteinhausenbergerdorffwelchevoralternwarengewissenhaftschaferswessenschafeware'.slice(0, 90)}${i}`;
export const longEmail = (i) => `${'mailbox.'.repeat(7)}${i}@${'department.'.repeat(9)}example.com`;

/** `tokens` of the admin's own, `users` that are invited, all of them with long names. */
export async function crowd(admin, { users = 0, tokens = 0 }) {
  const made = { users: [], tokens: [] };
  for (let i = 0; i < users; ++i) made.users.push(await created(admin, '/admin/users', { email: longEmail(i), name: longName(i), role: 'member' }));
  for (let i = 0; i < tokens; ++i) made.tokens.push(await created(admin, '/tokens', { name: longName(i) }));
  return made;
}

async function created(admin, route, body) {
  const answer = await admin.post(route, body);
  if (answer.status !== 201) throw new Error(`${route}: ${answer.text}`);
  return answer.body;
}
