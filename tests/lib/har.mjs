// Between an imported operation and another implementation's request in the HTTP Archive format (HAR 1.2): what that is asked
// for, how its request is sent, and whether two requests that arrived say the same.
import { once } from "node:events";
import http from "node:http";

const slot = /\{([A-Za-z0-9_.-]+)[^{}A-Za-z0-9_.-]?[^{}]*\}/;
const argumentOf = (template) => template.match(slot)?.[1];

/** The values of `args` by the document's own names, as @readme/oas-to-har takes them; `unlike` when it has no place for one. */
export function requestOf({ rest }, operation, args) {
  const values = { path: {}, query: {}, header: {} };
  const places = [...rest.path.split("?")[0].matchAll(new RegExp(slot, "g"))].map((each) => each[1]);
  [...operation.path.split(/[?#]/)[0].matchAll(/\{([^}]+)\}/g)].forEach(
    ([, name], index) => (values.path[name] = args[places[index]]),
  );
  for (const [kind, templates] of [
    ["query", rest.query],
    ["header", rest.headers],
  ]) {
    for (const [name, template] of Object.entries(templates ?? {})) {
      const given = args[argumentOf(template)];
      if (given !== undefined) values[kind][name] = given;
    }
  }
  if (!rest.body) return values;
  const type = rest.content_type;
  if (!/json|form/.test(type)) return { unlike: { kind: "bytes and text are no bodies of HAR", what: type } };
  if (operation.getContentType() !== type)
    return {
      unlike: { kind: "another of the content types is chosen", what: `${type}, ${operation.getContentType()}` },
    };
  let template;
  try {
    template = JSON.parse(rest.body);
  } catch {
    return { unlike: { kind: "a form without named fields", what: rest.body } };
  }
  if (rest.body.includes("@}"))
    return { unlike: { kind: "files are no values of HAR", what: rest.body.slice(0, 200) } };
  if (typeof template === "string") {
    if (args[argumentOf(template)] !== undefined) values.body = args[argumentOf(template)];
  } else {
    values.body = {};
    for (const [name, each] of Object.entries(template)) {
      const given = args[argumentOf(each.content ?? each)];
      if (given !== undefined && (given !== null || each.endsWith?.("!}"))) values.body[name] = given;
    }
  }
  if (/urlencoded/.test(type)) values.formData = values.body;
  return values;
}

const essence = (type) => (type ?? "").split(";")[0].trim().toLowerCase();

async function send(har, base, raw) {
  const url = new URL(base);
  // The values come percent-encoded, except for what is no plain text; `raw`: none of them does.
  const encoded = (text) => (!raw && /^[\w.~!*'(),;:@/?%[\]|&=+-]*$/.test(text) ? text : encodeURIComponent(text));
  const query = har.queryString.map(({ name, value }) => `${encodeURIComponent(name)}=${encoded(value)}`).join("&");
  const target = har.url.slice(base.length).split("#")[0] + (query ? (har.url.includes("?") ? "&" : "?") + query : "");
  const headers = har.headers.map(({ name, value }) => [name, Buffer.from(value).toString("latin1")]);
  let body;
  if (har.postData?.params) {
    body = /urlencoded/.test(har.postData.mimeType)
      ? new URLSearchParams(har.postData.params.map(({ name, value }) => [name, value])).toString()
      : `${har.postData.params.map(({ name, value }) => `--B\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`).join("")}--B--\r\n`;
  } else {
    body = har.postData?.text;
  }
  const sent = headers.filter(([name]) => name.toLowerCase() !== "content-type").flat();
  if (body !== undefined)
    sent.push(
      "content-type",
      /multipart/.test(har.postData.mimeType) ? "multipart/form-data; boundary=B" : har.postData.mimeType,
    );
  const request = http.request({
    host: url.hostname,
    port: url.port,
    method: har.method,
    path: target,
    headers: [...sent, "host", url.host, ...(body === undefined ? [] : ["content-length", Buffer.byteLength(body)])],
  });
  request.end(body);
  const [response] = await once(request, "response");
  response.resume();
  await once(response, "end");
}

// RFC 3986 §2.3: percent-encoding makes no difference, except for delimiters of the part.
const segments = (url) =>
  url
    .split("?")[0]
    .split("/")
    .map((each) => decodeURIComponent(each));
const fields = (url) =>
  [...new URLSearchParams(url.split("?")[1] ?? "")].map(([name, value]) => `${name}=${value}`).sort();

function bodyOf({ headers, body }) {
  const type = essence(headers["content-type"]);
  const text = body.toString();
  if (/json$/.test(type)) {
    try {
      return JSON.parse(text);
    } catch {
      return text;
    }
  }
  if (/urlencoded/.test(type)) return [...new URLSearchParams(text)].map(([name, value]) => `${name}=${value}`).sort();
  if (/multipart/.test(type))
    return text
      .replaceAll(headers["content-type"].match(/boundary=(\S+)/)[1], "B")
      .replace(/Content-Type: .*\r\n/g, "")
      .split("--B")
      .sort();
  return text;
}

// The other implementation leaves out null and empty objects.
function pruned(value) {
  if (Array.isArray(value)) return value.map(pruned).filter((each) => each !== undefined);
  if (value === null || typeof value !== "object") return value ?? undefined;
  const kept = Object.entries(value)
    .map(([name, each]) => [name, pruned(each)])
    .filter(([, each]) => each !== undefined);
  return kept.length ? Object.fromEntries(kept) : undefined;
}
const text = (value) =>
  JSON.stringify(value, (_, each) =>
    each && typeof each === "object" && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1)))
      : each,
  );

/** Returns undefined when both are equal, otherwise {kind, what}. */
export async function sameRequest(ours, har, seen, base) {
  await send(har, base);
  let theirs = seen.pop();
  if (text(fields(ours.url)) !== text(fields(theirs.url))) {
    await send(har, base, true);
    const again = seen.pop();
    if (text(fields(ours.url)) === text(fields(again.url))) theirs = again;
  }
  const differs = (kind, a, b) => {
    const what = `${text(a)} | ${text(b)}`.slice(0, 1500);
    return {
      kind: decodeURIComponent(theirs.url.replace(/%(?![0-9A-F]{2})/g, "%25")).includes("[object Object]")
        ? "objects are written as [object Object]"
        : kind,
      what,
    };
  };
  if (ours.method !== theirs.method) return differs("other", ours.method, theirs.method);
  if (text(segments(ours.url)) !== text(segments(theirs.url))) return differs("other", ours.url, theirs.url);
  const [a, b] = [fields(ours.url), fields(theirs.url)];
  if (text(a) !== text(b))
    return differs(
      text(a) === text(b.filter((field) => !field.endsWith("="))) ? "an empty list is left out" : "other",
      a,
      b,
    );
  // It percent-encodes header values, which OpenAPI does not ask for, and makes headers of the members of an object.
  const names = har.headers
    .map(({ name }) => name.toLowerCase())
    .filter((name) => !["content-type", "accept"].includes(name));
  const mine = (headers) =>
    names
      .map((name) =>
        `${name}: ${Buffer.from(headers[name] ?? "", "latin1")
          .toString()
          .replaceAll(", ", ",")}`.trim(),
      )
      .sort();
  const [e, f] = [
    mine(ours.headers),
    mine(theirs.headers).map((line) => decodeURIComponent(line.replace(/%(?![0-9A-F]{2})/g, "%25")).trim()),
  ];
  if (text(e) !== text(f) && text(e) !== text(mine(theirs.headers)))
    return differs(
      names.some((name) => ours.headers[name] === undefined) ? "objects and empty lists in headers" : "other",
      e,
      f,
    );
  const [c, d] = [bodyOf(ours), bodyOf(theirs)];
  if (/urlencoded/.test(ours.headers["content-type"]) && c.length === 0 && theirs.body.length === 0) return undefined; // an empty form
  if (text(c) !== text(d))
    return differs(text(pruned(c)) === text(pruned(d)) ? "null and empty objects are left out" : "other", c, d);
  if (ours.body.length > 0 && essence(ours.headers["content-type"]) !== essence(theirs.headers["content-type"]))
    return differs("other", ours.headers["content-type"], theirs.headers["content-type"]);
  return undefined;
}
