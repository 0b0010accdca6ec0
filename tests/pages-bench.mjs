// Called by script/bench-pages: how long the admins' pages take with many tokens and users.
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import { Wick, forgetAll } from "./lib/wick.mjs";

const tokens = Number(process.env.TOKENS ?? 1_000_000),
  users = Number(process.env.USERS ?? 10_000);
const rounds = Number(process.env.ROUNDS ?? 5);
const kept = process.env.DATA;

// Names repeat as people's do; six of ten tokens were never used, one of twenty is revoked, one of ten expires.
const uuid = (kind) => `printf('0190${kind}-%04x-7%03x-8%03x-%012x', i / 65536, i % 4096, i % 4093, i)`;
const fill = `
PRAGMA synchronous = OFF; PRAGMA cache_size = -400000; PRAGMA temp_store = MEMORY;
BEGIN;
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${users})
INSERT INTO users (id, email, name, role, status, created_at, number)
SELECT ${uuid("0000")}, printf('user%06d@example.com', i),
  printf('%s %s %d', substr('AdaBobCyrDanEveFayGusHal', 1 + 3 * (i % 8), 3), substr('NashReedShawTodd', 1 + 4 * (i % 4), 4), i),
  CASE i % 100 WHEN 0 THEN 'admin' ELSE 'member' END, CASE i % 50 WHEN 7 THEN 'pending' WHEN 9 THEN 'deactivated' ELSE 'active' END,
  1700000000000000 + i * 1000000, (SELECT MAX(number) FROM users) + i FROM n;
INSERT INTO user_search (rowid, text) SELECT number, lower(name) || char(10) || lower(email) || char(10) FROM users WHERE email LIKE 'user0%';
CREATE TEMP TABLE owners AS SELECT row_number() OVER (ORDER BY number) - 1 AS at, id FROM users WHERE email LIKE 'user0%';
CREATE UNIQUE INDEX temp.owners_at ON owners (at);
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${tokens})
INSERT INTO tokens (id, user_id, digest, last4, name, tools, created_at, expires_at, last_used_at, last_ip, last_user_agent, revoked_at, revoked_by, revoked_reason, ended)
SELECT ${uuid("ffff")}, (SELECT id FROM owners WHERE at = i % ${users}), randomblob(32), printf('%04x', i * 7 % 65536),
  printf('%s %d', CASE i % 4 WHEN 0 THEN 'Laptop' WHEN 1 THEN 'CI runner' WHEN 2 THEN 'Claude Code' ELSE 'notebook' END, i), 'auto', 1700000000000000 + i * 10000000,
  CASE WHEN i % 10 = 3 THEN 1900000000000000 + i * 1000000 END, CASE WHEN i % 10 < 4 THEN 1750000000000000 + (i * 7919 % ${tokens}) * 1000000 END, '192.0.2.7', 'claude-code/2.1',
  CASE WHEN i % 20 = 11 THEN 1760000000000000 END, '', 'left', i % 20 = 11 FROM n;
INSERT INTO token_search (rowid, text) SELECT number, lower(name) || char(10) || lower(last4) || char(10) FROM tokens;
COMMIT;`;

const fresh = !kept || !fs.existsSync(`${kept}/wick.db`);
let wick;
if (fresh) {
  if (kept) fs.mkdirSync(kept, { recursive: true });
  wick = await Wick.start(kept ? { data: kept } : {});
  await wick.stop();
  console.log(`Filling ${tokens} tokens of ${users} users`);
  const began = performance.now();
  execFileSync("sqlite3", [`${wick.data}/wick.db`], { input: fill, maxBuffer: 1 << 28 });
  console.log(
    `filled in ${((performance.now() - began) / 1000).toFixed(0)} s, ${(fs.statSync(`${wick.data}/wick.db`).size / tokens).toFixed(0)} bytes per token`,
  );
  await wick.launch();
} else {
  wick = await Wick.start({ data: kept });
}
const admin = await wick.signIn();
const someone = (await admin.get("/admin/users?query=user000100")).body.items[0];

// The cursor after `pages` pages, and the time of the slowest of them.
async function walk(route, pages) {
  let cursor = null,
    slowest = 0;
  for (let i = 0; i < pages; ++i) {
    const began = performance.now();
    const { body } = await admin.get(`${route}&limit=200${cursor ? `&cursor=${cursor}` : ""}`);
    slowest = Math.max(slowest, performance.now() - began);
    if (!body.next_cursor) break;
    cursor = body.next_cursor;
  }
  return { cursor, slowest };
}
const list = "/admin/tokens?";
const deep = await walk(`${list}sort=name&order=asc`, 100);
const routes = {
  "tokens, first page": list,
  "tokens, page 100 of 200 by name": `${list}sort=name&order=asc&limit=200&cursor=${deep.cursor}`,
  "sort by name": `${list}sort=name&order=asc`,
  "sort by owner": `${list}sort=owner&order=asc`,
  "sort by owner, descending": `${list}sort=owner&order=desc`,
  "sort by last use": `${list}sort=last_used_at`,
  "sort by last use, ascending": `${list}sort=last_used_at&order=asc`,
  "sort by expiry": `${list}sort=expires_at&order=asc`,
  "status inactive": `${list}status=inactive`,
  "status all, by name": `${list}status=all&sort=name`,
  "inactive by owner": `${list}status=inactive&sort=owner`,
  "never used": `${list}never_used=true`,
  "never used, by name": `${list}never_used=true&sort=name&order=asc`,
  "never used, by owner": `${list}never_used=true&sort=owner&order=asc`,
  "unused for 90 days": `${list}unused_days=90`,
  "unused for 90 days, by last use": `${list}unused_days=90&sort=last_used_at`,
  "expiring within 30 days": `${list}expiring_days=30`,
  "of one owner": `${list}owner=${someone.id}`,
  "search a name, one match": `${list}query=laptop+${Math.floor(tokens / 2 / 4) * 4}`,
  "search a name, 3 in 1,000 match": `${list}query=laptop+99`,
  "search a name, 3 in 1,000 match, by name": `${list}query=laptop+99&sort=name&order=asc`,
  "search a name, 3 in 100 match": `${list}query=laptop+5`,
  "search a name, 3 in 100 match, by name": `${list}query=laptop+5&sort=name&order=asc`,
  "search a name, a quarter matches": `${list}query=claude`,
  "search a name, by last use": `${list}query=claude&sort=last_used_at`,
  "search an email, one user": `${list}query=user000100@example.com`,
  "search an email, a hundred users": `${list}query=user0001`,
  "search an email, a hundred users, by name": `${list}query=user0001&sort=name`,
  "search an email, all users": `${list}query=example.com`,
  "search an email, all users, by owner": `${list}query=example.com&sort=owner`,
  "search nothing": `${list}query=zzzzqqqq`,
  "search two letters": `${list}query=la`,
  "search last four": `${list}query=beef`,
  "token stats": "/admin/tokens/stats",
  dashboard: "/admin/dashboard",
  users: "/admin/users?",
  "users, search a name": "/admin/users?query=ada+nash",
  "users, search an email": "/admin/users?query=user000100",
  "users, search all": "/admin/users?query=example.com",
  "users, pending admins": "/admin/users?status=pending&role=admin",
  "users, admins": "/admin/users?role=admin",
};
console.log("| page | first, ms | median, ms | items | total |\n|---|---|---|---|---|");
let worst = 0;
for (const [name, route] of Object.entries(routes)) {
  const times = [];
  let body;
  for (let i = 0; i <= rounds; ++i) {
    const began = performance.now();
    const answer = await admin.get(route);
    times.push(performance.now() - began);
    if (answer.status !== 200) throw new Error(`${route}: ${answer.text}`);
    body = answer.body;
  }
  const [first, ...rest] = times;
  const median = rest.sort((a, b) => a - b)[rest.length >> 1];
  worst = Math.max(worst, median);
  console.log(
    `| ${name} | ${first.toFixed(1)} | ${median.toFixed(1)} | ${body.items?.length ?? ""} | ${body.total ?? ""} |`,
  );
}
console.log(
  `slowest median ${worst.toFixed(1)} ms; slowest of 100 pages one after the other ${deep.slowest.toFixed(1)} ms`,
);
await wick.stop();
if (!kept) forgetAll();
