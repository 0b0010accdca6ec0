// Requests for differential tests: valid, odd and malicious bytes, the same for the same seed.

/** A generator of numbers (mulberry32). */
export function random(seed) {
  const next = () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (n) => Math.floor(next() * n);
  return { below, pick: (list) => list[below(list.length)], chance: (p) => next() < p };
}

const methods = ["GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH"];
const oddMethods = ["PROPFIND", "BREW", "get", "CONNECT", "TRACE", "PRI", "G(T", "", "M-SEARCH", "QUERY"];
const targets = ["/", "/a/b?c=d", "/mcp", "/%2e%2e/x", "//x", "/a?b?c=/d", "/?", "/~user/!$&'()*+,;=:@"];
const oddTargets = [
  "*",
  "http://b",
  "http://b:80/x?y",
  "HTTPS://[::1]:1/x",
  "http://b?q",
  "http://u@b/",
  "http:///x",
  "http://b:x/",
  "ftp://b/",
  "b:443",
  "a",
  "",
  "/#f",
  "/a#",
  "/\xe4",
  "/a b",
  "/\x01",
  "/\x7f",
  '/{|}^`"<>\\',
  "http://",
  "http://:80/",
  "?x",
];
const versions = [
  "HTTP/1.0",
  " HTTP/1.1",
  "HTTP/0.9",
  "HTTP/1.2",
  "HTTP/2.0",
  "HTTP/1",
  "http/1.1",
  "HTTP/1.1 ",
  "HTTP/11",
  "HTTP/1.10",
  "",
];
const fields = [
  "Accept: */*",
  "X-Long: " + "x".repeat(300),
  "X-Empty:",
  "X-Space: \t a b \t",
  "X-High: \xc3\xa4\xff",
  "Cookie: a=1; b=2",
  "Connection: keep-alive",
  "Accept-Encoding: gzip, chunked",
  "X!#$%&'*+-.^_`|~1: y",
  "Connection: x",
  "Upgrade-Insecure-Requests: 1",
  'X-Quote: "a\\"b"',
];
const oddFields = [
  "Host: b",
  "Content-Length: 3",
  "Transfer-Encoding: chunked",
  "X : a",
  " X: a",
  "X",
  ": a",
  "X: a\r\n b",
  "X: a\r\n\tb",
  "X: a\nY: b",
  "X: a\rY: b",
  "X: a\0b",
  "X: \x01",
  "X: \x7f",
  "X(: a",
  "X\xe4: a",
  "X: a\r",
  "Connection: close",
  "Connection: Close, x",
  "Connection: upgrade\r\nUpgrade: h2c",
  "Expect: 100-continue",
  "Expect: 200-ok",
  "Proxy-Connection: close",
  "Content-Length : 3",
  "Transfer-Encoding\t: chunked",
  "\tContent-Length: 3",
  "Trailer: Host",
  "HTTP/1.1 200 OK",
  "GET / HTTP/1.1",
];
const hosts = ["Host: a", "Host: a", "Host: a", "host:a", "HOST: \ta:80 ", "Host: [::1]:8080"];
const oddHosts = [
  undefined,
  "Host:",
  "Host: a b",
  "Host: u@a",
  "Host: a/b",
  "Host: a:b",
  "Host: \xe4",
  "Host: a,b",
  "Host: [::1",
  "Host: a%zz",
];
const lengths = (n) => [`${n}`, `0${n}`, ` ${n} `, `\t${n}`];
const oddLengths = (n) => [
  `${n}\t`,
  `+${n}`,
  `-${n}`,
  `0x${n}`,
  `${n},${n}`,
  `${n}, ${n}`,
  `${n} ${n}`,
  `${n}.0`,
  `${n}a`,
  "",
  " ",
  "99999999999999999999",
  "18446744073709551615",
  "18446744073709551616",
  "4294967296",
  `"${n}"`,
];
const oddCodings = [
  "gzip",
  "gzip, chunked",
  "chunked, gzip",
  "chunked, chunked",
  "identity",
  "xchunked",
  "chunkedx",
  "chunked;a=b",
  "CHUNKED",
  "Chunked",
  " chunked ",
  "\tchunked",
  ",chunked",
  "chunked,",
  "",
  '"chunked"',
  "chunked\0",
  "\x0bchunked",
  "chun ked",
  "identity, chunked",
];
const extensions = [";a", ";a=b", ';a="b c"', ";a;b;c=d"];
const oddExtensions = [
  " ",
  " ;a",
  ";",
  ";=b",
  ";a=",
  ';a="',
  ";a\n",
  ";a\r",
  ";\0",
  ';a="\\"',
  "\t",
  ";a b",
  ';a="\x7f"',
  ";\xe4",
  `;${"e".repeat(200)}`,
];
const sizes = (n) => [n.toString(16), n.toString(16).toUpperCase(), `000${n.toString(16)}`];
const oddSizes = (n) => [
  `0x${n.toString(16)}`,
  `+${n}`,
  `-${n}`,
  ` ${n}`,
  "",
  "g",
  "FFFFFFFFFFFFFFFF",
  "10000000000000000",
  `${n.toString(16)}h`,
  (n + 1).toString(16),
  Math.max(n - 1, 0).toString(16),
  "\r\n",
  "_1",
];
const trailers = ["X-Trailer: a\r\n", "Authorization: Bearer t\r\n", "Host: b\r\n", "Content-Length: 3\r\n"];
const oddTrailers = [
  "X\r\n",
  ": a\r\n",
  "X: a\n",
  "X: a\r\n b\r\n",
  "X : a\r\n",
  "X: \0\r\n",
  "X: a\rb\r\n",
  "\n",
  " \r\n",
  "Transfer-Encoding: chunked\r\n",
];
const ends = ["\r\n", "\n", "\r", "", " \r\n", "\r\r\n", "\n\r\n", "\0\r\n"];
const bytes = [
  "\r",
  "\n",
  "\0",
  " ",
  "\t",
  ":",
  ",",
  ";",
  "\x7f",
  "\xff",
  "\x0b",
  "a",
  "0",
  "/",
  '"',
  "\r\n",
  "\r\n\r\n",
  "#",
  "?",
  "%",
  "(",
  "\x01",
];

/** One request as text of bytes. `oddity` is the probability that a part is invalid. */
function request({ below, pick, chance }, oddity) {
  const odd = () => chance(oddity);
  const choose = (good, bad) => pick(odd() ? bad : good);
  const body = "hello, GET / HTTP/1.1\r\n\r\n0\r\n\r\n and more".slice(0, below(42));
  const lines = [`${choose(methods, oddMethods)} ${choose(targets, oddTargets)} ${choose(["HTTP/1.1"], versions)}`];
  const host = choose(hosts, oddHosts);
  if (host !== undefined) lines.push(host);
  for (let i = below(4); i > 0; --i) lines.push(choose(fields, oddFields));
  let content = "";
  const framing = below(3);
  if (framing === 1) {
    lines.push(`Content-Length:${odd() ? pick(oddLengths(body.length)) : pick(lengths(body.length))}`);
    content = odd() ? body.slice(1) : body;
  }
  if (framing === 2) {
    lines.push(`Transfer-Encoding:${choose(["chunked", " chunked"], oddCodings)}`);
    const end = () => choose(["\r\n"], ends);
    for (let at = 0; at < body.length;) {
      const size = Math.min(1 + below(20), body.length - at);
      content += `${odd() ? pick(oddSizes(size)) : pick(sizes(size))}${chance(0.2) ? choose(extensions, oddExtensions) : ""}${end()}${body.slice(at, at + size)}${end()}`;
      at += size;
    }
    content += `${odd() ? pick(oddSizes(0)) : pick(["0", "000"])}${end()}${chance(0.2) ? choose(trailers, oddTrailers) : ""}${end()}`;
  }
  if (odd()) lines.splice(below(lines.length + 1), 0, pick(oddFields));
  const ending = () => choose(["\r\n"], ends);
  return lines.map((line) => line + (chance(oddity / 8) ? ending() : "\r\n")).join("") + ending() + content;
}

/** The bytes of one connection: up to three requests, perhaps with a few bytes changed. */
export function connectionBytes(source) {
  const { below, pick, chance } = source;
  const oddity = pick([0, 0.05, 0.15]);
  let all = "";
  for (let i = 1 + below(3); i > 0; --i)
    all += (chance(0.1) ? pick(["\r\n", "\r\n\r\n", "\n", "\r", " "]) : "") + request(source, oddity);
  if (chance(0.25)) {
    for (let i = 1 + below(2); i > 0; --i) {
      const at = below(all.length + 1);
      all = all.slice(0, at) + pick([pick(bytes), ""]) + all.slice(at + below(2));
    }
  }
  return Buffer.from(all, "latin1");
}

/** Sizes of pieces that the bytes may arrive in. */
export function pieces({ below, pick }, length) {
  const out = [];
  for (let at = 0, most = pick([1, 3, 17, 100]); at < length; at += out.at(-1)) out.push(1 + below(most));
  return out;
}
