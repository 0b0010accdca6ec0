import { launch, signedInPage } from './lib/browser.mjs';
import { crowd, longEmail, longName } from './lib/crowd.mjs';
import { Wick, callTool } from './lib/wick.mjs';
const wick = await Wick.start();
const admin = await wick.signIn();
await crowd(admin, { users: 3 });
const long = wick.createUser(longEmail(70), longName(70));
const bob = wick.createUser('bob@example.com', 'Bob');
const { token, id } = wick.token(longEmail(70), ['--description', longName(71)], longName(72));
const t2 = wick.token('bob@example.com', ['--description', 'Nightly builds'], 'runner');
for (const t of [token, t2.token]) { for (let i=0;i<4;++i) await callTool(wick, t, 'notes__list'); await callTool(wick, t, 'notes__get', {id:'x'}); await callTool(wick, t, 'wick_search', {query:'x'}); }
await wick.signIn('bob@example.com');
await wick.token('ann@example.com', ['--description','My own'], 'mine');
const browser = await launch();
const page = await signedInPage(browser, wick);
const views = [['user', `/admin/users/${bob.id}`], ['long', `/admin/users/${long.id}`], ['tokens', `/admin/users/${bob.id}?tab=tokens`], ['sessions', `/admin/users/${bob.id}?tab=sessions`], ['calls', `/admin/users/${bob.id}?tab=calls`],['users', '/admin/users'], ['token', `/admin/access-tokens/${id}`], ['own', '/profile/tokens']];
for (const [name, path] of views) for (const [w, scheme] of [[1440,'light'],[1280,'dark'],[390,'light']]) {
  await page.setViewportSize({ width: w, height: 900 });
  await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
  await page.goto(wick.url + path);
  await page.waitForLoadState('networkidle');
  if (name === 'users' && w !== 1280) { await page.getByRole('checkbox', { name: 'Select Bob (bob@example.com)' }).check(); await page.getByRole('button',{name:/Deactivate selected/}).waitFor(); }
  const wide = await page.evaluate(() => [document.documentElement.scrollWidth, ...[...document.querySelectorAll('main *')].filter((e) => e.getBoundingClientRect().right > innerWidth + 1).slice(0,5).map((e) => e.outerHTML.slice(0, 150))]);
  if (wide[0] > w) console.log(name, w, wide);
  await page.screenshot({ path: `/tmp/h/users_${name}_${w}.png`, fullPage: true });
}
await browser.close();
await wick.stop();
