// Wick's HTTP reader and Node's (llhttp) read the same bytes. Where they do not agree, a difference below says why.
import assert from "node:assert/strict";
import test from "node:test";
import { dump } from "../lib/http-dump.mjs";
import { connectionBytes, pieces, random } from "../lib/http-requests.mjs";
import { llhttpReader } from "../lib/llhttp.mjs";

const seed = Number(process.env.WICK_SEED ?? 12);
const connections = Number(process.env.WICK_CASES ?? 6000);
const maxBodyBytes = 4 * 1024 * 1024;

const valuesOf = (request, name) =>
  (request.fields ?? []).filter(([key]) => key.toLowerCase() === name).map(([, value]) => value);
const authority = /^(\[[0-9a-f:.]+\]|([\w\-.~!$&'()*+,;=]|%[0-9a-f]{2})*)(:\d{0,5})?$/i;
const badTarget = ({ method, target }) => {
  if (method === "CONNECT") return true; // its target is an authority, and Wick is no proxy
  if (target === "*") return method !== "OPTIONS";
  if (target.startsWith("/")) return false;
  const [, named] = /^https?:\/\/([^/?]*)/i.exec(target) ?? [];
  return named === undefined || /^(:|$)/.test(named) || !authority.test(named);
};
// Between a request and the one before it, whose body may end with line ends of its own.
const lineEndsBefore = (text, { method, at }, before) => {
  const known = before && !valuesOf(before, "transfer-encoding").length;
  const from = known ? text.indexOf("\r\n\r\n", before.at) + 4 + before.body.length : 0;
  return /[\r\n]*$/.exec(text.slice(from, at - method.length - 1))[0];
};

// What Wick refuses and llhttp takes. `their`: the request as llhttp has read it, as far as it came.
const wickRefuses = [
  {
    name: "Host",
    reason:
      "RFC 9112 §3.2: a request of HTTP/1.1 without exactly one valid Host gets 400. llhttp leaves Host to its caller.",
    applies: ({ their }) => {
      const hosts = valuesOf(their, "host");
      return (
        hosts.length > 1 || (hosts.length === 0 && their.version !== 10) || hosts.some((host) => !authority.test(host))
      );
    },
    example: "GET / HTTP/1.1\r\n\r\n",
  },
  {
    name: "target",
    reason:
      "RFC 9112 §3.2: a target has one of four forms, and an absolute one names a valid host without a user. llhttp checks its characters only.",
    applies: ({ their }) => badTarget(their),
    example: "GET http://u@a/ HTTP/1.1\r\nHost: a\r\n\r\n",
  },
  {
    name: "fragment",
    reason: "RFC 9112 §3.2 and RFC 3986 §2: a target has no fragment and no byte above 127. llhttp hands both on.",
    applies: ({ their }) => /[#\x80-\xff]/.test(their.target),
    example: "GET /#a HTTP/1.1\r\nHost: a\r\n\r\n",
  },
  {
    name: "version",
    reason: "Wick speaks HTTP/1.0 and HTTP/1.1. llhttp also takes 0.9 and 2.0 in a request line.",
    applies: ({ their }) => ![10, 11].includes(their.version),
    example: "GET / HTTP/2.0\r\nHost: a\r\n\r\n",
  },
  {
    name: "two spaces",
    reason: "RFC 9112 §3: one space stands before the target and before the version. llhttp takes more.",
    applies: ({ their, text }) =>
      text.startsWith("  ", their.at + their.target.length) || text.startsWith("  ", their.at - 2),
    example: "GET  / HTTP/1.1\r\nHost: a\r\n\r\n",
  },
  {
    name: "line end before the request",
    reason:
      "RFC 9112 §2.2: an empty line, which is CRLF, may come before a request line. llhttp also ignores a bare CR or LF there.",
    applies: ({ their, before, text }) => lineEndsBefore(text, their, before).replaceAll("\r\n", "") !== "",
    example: "\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
  },
  {
    name: "unknown coding",
    reason:
      "RFC 9112 §6.1: a transfer coding that is not understood gets 501. llhttp hands on bodies that are coded otherwise too, if chunked is last.",
    applies: ({ ours, their }) => ours.status === 501 && valuesOf(their, "transfer-encoding").length === 1,
    example: "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
  },
  {
    name: "list of codings",
    reason:
      'Wick takes one Transfer-Encoding of exactly "chunked": lists with empty elements and repeated fields are ways to smuggle requests.',
    applies: ({ their }) =>
      valuesOf(their, "transfer-encoding").some((value) => value.toLowerCase() !== "chunked") ||
      valuesOf(their, "transfer-encoding").length > 1,
    example: "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n",
  },
  {
    name: "coding in HTTP/1.0",
    reason: "RFC 9112 §6.1: the framing of an HTTP/1.0 request with Transfer-Encoding is faulty.",
    applies: ({ their }) => their.version === 10 && valuesOf(their, "transfer-encoding").length > 0,
    example: "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
  },
  {
    name: "DEL in a chunk extension",
    reason: "RFC 9110 §5.6.4: a quoted text holds no control character. llhttp takes DEL there.",
    applies: ({ their, text }) => /\n[0-9a-f]+;[^\r\n]*\x7f/i.test(text.slice(their.at)),
    example: 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0;a="\x7f"\r\n\r\n',
  },
  {
    name: "large body",
    reason: "limits.max_body_bytes: 413 when the length is announced. llhttp has no limit.",
    applies: ({ ours, their, text }) =>
      ours.status === 413 &&
      (valuesOf(their, "content-length").some((value) => Number(value) > maxBodyBytes) ||
        /\n[0-9a-f]{7,}/i.test(text.slice(their.at))),
    example: "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4194305\r\n\r\n",
  },
];

// What llhttp refuses and Wick takes, or still waits for. `our`: the request as Wick has read it; undefined when it waits.
const llhttpRefuses = [
  {
    name: "method",
    reason: "RFC 9110 §9.1: methods are an open set, so Wick reads any token and answers 405. llhttp knows a list.",
    applies: ({ theirs }) =>
      /INVALID_METHOD|Expected HTTP\/2 Connection Preface|Expected SOURCE method|Invalid method for HTTP/.test(
        theirs.error,
      ),
    example: "BREW / HTTP/1.1\r\nHost: a\r\n\r\n",
  },
  {
    name: "framing in trailers",
    reason:
      "RFC 9110 §6.5.1: trailers are not merged into the header, so framing fields among them mean nothing and are dropped. llhttp refuses them.",
    applies: ({ their, theirs }) =>
      /TRANSFER_ENCODING|CONTENT_LENGTH/.test(theirs.error) &&
      their.trailers &&
      valuesOf(their, "transfer-encoding").length === 1,
    example: "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nContent-Length: 3\r\n\r\n",
  },
  {
    name: "chunk extension",
    reason:
      "RFC 9112 §7.1.1: chunk extensions that are not understood are ignored; Wick checks their bytes and their length, llhttp also their grammar.",
    applies: ({ theirs }) => /chunk extensions/.test(theirs.error),
    example: "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0;=\r\n\r\n",
  },
  {
    name: "tab behind a length",
    reason: "RFC 9110 §5.6.3: a tab is whitespace around a value, too. llhttp takes only spaces behind Content-Length.",
    applies: ({ theirs, text }) =>
      /Invalid character in Content-Length/.test(theirs.error) && /content-length:[ \t]*\d+ *\t[ \t]*\r\n/i.test(text),
    example: "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\t\r\n\r\n",
  },
  {
    name: "fault in an unfinished part",
    reason:
      "Wick judges a header when it is whole. llhttp sees some faults earlier; the end of the test shows that Wick refuses these too.",
    applies: ({ our, ours }) => !our && ours.status === 0 && !ours.is_idle,
    example: "GET / HTTP/1.3\r\n",
  },
];

// What both take alike, but for whether the connection goes on.
const connectionDiffers = [
  {
    name: "Proxy-Connection",
    reason: "RFC 9112 §C.2.2: Proxy-Connection is not a standard field. llhttp takes it for Connection.",
    applies: ({ their }) => valuesOf(their, "proxy-connection").length > 0,
    example: "GET / HTTP/1.1\r\nHost: a\r\nProxy-Connection: close\r\n\r\n",
  },
  {
    name: "close and keep-alive",
    reason: "RFC 9112 §9.3: close comes before keep-alive. llhttp lets an HTTP/1.0 connection go on that has both.",
    applies: ({ their }) => their.version === 10 && valuesOf(their, "connection").length > 1,
    example: "GET / HTTP/1.0\r\nConnection: close\r\nConnection: keep-alive\r\n\r\n",
  },
];

const described = ({ method, target, version, fields, body, keepAlive, keep_alive = keepAlive }) => ({
  method,
  target,
  version,
  fields,
  body,
  keep_alive,
});
// The authority of an absolute target replaces Host (RFC 9112 §3.2.2), which llhttp leaves to its caller.
const withAuthority = (request) => {
  const [, named] = /^https?:\/\/([^/?]*)/i.exec(request.target) ?? [];
  if (named === undefined) return request;
  const fields = request.fields.map(([name, value]) => [name, name.toLowerCase() === "host" ? named : value]);
  return { ...request, fields: valuesOf(request, "host").length ? fields : [...fields, ["Host", named]] };
};

const source = random(seed);
const differences = [...wickRefuses, ...llhttpRefuses, ...connectionDiffers];
const texts = [
  ...differences.map(({ example }) => Buffer.from(example, "latin1")),
  ...Array.from({ length: connections }, () => connectionBytes(source)),
];
const cases = texts.map((bytes) => ({ bytes, pieces: pieces(source, bytes.length) }));
const whole = dump(cases.map(({ bytes }) => ({ bytes })));

test("a connection gives the same requests and the same refusal in whatever pieces its bytes arrive", () => {
  dump(cases).forEach((read, i) => {
    assert.ok(read.views_held);
    assert.deepEqual(read, whole[i], JSON.stringify([cases[i].bytes.toString("latin1"), cases[i].pieces]));
  });
});

test("Wick and llhttp read the same requests, or a named difference says why not", async (t) => {
  const readByLlhttp = await llhttpReader();
  const counted = {};
  const count = (name) => void (counted[name] = 1 + (counted[name] ?? 0));
  const unfinished = [];
  let requests = 0;
  cases.forEach(({ bytes }, i) => {
    const ours = whole[i];
    const theirs = readByLlhttp(bytes);
    const text = bytes.toString("latin1");
    const shown = () => `seed ${seed}, case ${i}: ${JSON.stringify({ text, ours, theirs })}`;
    for (let k = 0; ; ++k) {
      const our = ours.requests[k];
      const their = theirs.requests[k];
      if (our && their) {
        ++requests;
        const goesOn = our.keep_alive === their.keepAlive;
        const found = goesOn || connectionDiffers.find(({ applies }) => applies({ their }));
        assert.deepEqual(
          { ...described(our), keep_alive: found ? undefined : our.keep_alive },
          { ...described(withAuthority(their)), keep_alive: found ? undefined : their.keepAlive },
          shown(),
        );
        if (found.name) count(found.name);
        if (!goesOn || !our.keep_alive) return;
        continue;
      }
      const weRefuse = !our && ours.status !== 0;
      const theyRefuse = !their && theirs.error !== undefined;
      if (weRefuse === theyRefuse && !our === !their) {
        return count(weRefuse ? "both refuse" : "both take all");
      }
      const facts = { ours, theirs, our, their: their ?? theirs.open ?? {}, before: theirs.requests[k - 1], text };
      const found = (weRefuse ? wickRefuses : llhttpRefuses).find(({ applies }) => applies(facts));
      assert.ok(found, `an unexplained difference: ${shown()}`);
      if (found.name === "fault in an unfinished part") unfinished.push(bytes);
      return count(found.name);
    }
  });
  t.diagnostic(`${connections} connections, ${requests} equal requests, ${JSON.stringify(counted)}`);
  for (const { name } of differences) assert.ok(counted[name] > 0, `no case shows the difference "${name}"`);
  assert.ok(requests >= 3000);
  // The part is made whole: an empty line ends any header.
  const ended = unfinished.map((bytes) => ({ bytes: Buffer.concat([bytes, Buffer.from("\r\n\r\n")]) }));
  dump(ended).forEach((read, i) => assert.notEqual(read.status, 0, JSON.stringify(ended[i].bytes.toString("latin1"))));
});
