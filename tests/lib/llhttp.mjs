// Node's HTTP parser, llhttp, as undici carries it (WebAssembly), reading requests.
import { createRequire } from "node:module";

const wasm = createRequire(import.meta.url)("undici/lib/llhttp/llhttp-wasm.js");
const REQUEST = 1;
const PAUSED_UPGRADE = 22;

/**
 * A function that reads the bytes of one connection: { requests: [{ method, target, version, keepAlive, fields, body, at }],
 * open, error }. `open` is the request that the bytes or the error end in; `at` is where the target begins. Whitespace
 * behind a value is left to llhttp's caller to cut off, as Node does, so it is cut off here.
 */
export async function llhttpReader() {
  let current; // the reading in progress: its bytes, and what came of them
  let memory;
  const text = (at, length) => Buffer.from(memory.buffer, at, length).toString("latin1");
  const { instance } = await WebAssembly.instantiate(wasm, {
    env: {
      wasm_on_message_begin: () => (
        (current.open = { target: "", names: [], values: [], trailers: false, body: "" }),
        0
      ),
      wasm_on_url: (_, at, length) => {
        current.open.at ??= at - current.input;
        current.open.target += text(at, length);
        return 0;
      },
      wasm_on_status: () => 0,
      wasm_on_header_field: (_, at, length) => {
        const { open } = current;
        if (open.trailers) return 0;
        if (open.names.length === open.values.length) open.names.push("");
        open.names[open.names.length - 1] += text(at, length);
        return 0;
      },
      wasm_on_header_value: (_, at, length) => {
        const { open } = current;
        if (open.trailers) return 0;
        if (open.values.length < open.names.length) open.values.push("");
        open.values[open.values.length - 1] += text(at, length);
        return 0;
      },
      wasm_on_headers_complete: (parser, _, upgrade, keepAlive) => {
        const { open } = current;
        const fields = open.names.map((name, i) => [name, (open.values[i] ?? "").replace(/[ \t]+$/, "")]);
        Object.assign(open, {
          trailers: true,
          fields,
          keepAlive: Boolean(keepAlive),
          method: current.method(parser),
          version: current.version(parser),
        });
        return 0;
      },
      wasm_on_body: (_, at, length) => ((current.open.body += text(at, length)), 0),
      wasm_on_message_complete: () => {
        current.requests.push(current.open);
        current.open = undefined;
        return 0;
      },
    },
  });
  const llhttp = instance.exports;
  memory = llhttp.memory;
  llhttp._initialize();
  const string = (at) => {
    const bytes = new Uint8Array(memory.buffer);
    let end = at;
    while (bytes[end]) ++end;
    return text(at, end - at);
  };

  return (bytes) => {
    const parser = llhttp.llhttp_alloc(REQUEST);
    const input = llhttp.malloc(bytes.length + 1);
    current = {
      input,
      requests: [],
      method: (at) => string(llhttp.llhttp_method_name(llhttp.llhttp_get_method(at))),
      version: (at) => llhttp.llhttp_get_http_major(at) * 10 + llhttp.llhttp_get_http_minor(at),
    };
    new Uint8Array(memory.buffer).set(bytes, input);
    let error;
    for (let at = 0; ;) {
      const code = llhttp.llhttp_execute(parser, input + at, bytes.length - at);
      if (code === PAUSED_UPGRADE) {
        at = llhttp.llhttp_get_error_pos(parser) - input;
        llhttp.llhttp_resume_after_upgrade(parser);
        if (at < bytes.length) continue;
      } else if (code !== 0) {
        error = `${string(llhttp.llhttp_errno_name(code))}: ${string(llhttp.llhttp_get_error_reason(parser))}`;
      }
      break;
    }
    llhttp.free(input);
    llhttp.llhttp_free(parser);
    return { requests: current.requests, open: current.open, error };
  };
}
