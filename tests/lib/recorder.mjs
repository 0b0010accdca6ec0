// An HTTP server on loopback that answers {} and keeps the requests.
import { once } from "node:events";
import http from "node:http";

/** `seen` has each request as it arrived: `headers` as Node reads them, `raw` as they were written, `body` as bytes. */
export async function startRecorder() {
  const seen = [];
  const server = http
    .createServer(async (request, response) => {
      const chunks = [];
      for await (const chunk of request) chunks.push(chunk);
      seen.push({
        method: request.method,
        url: request.url,
        headers: request.headers,
        raw: request.rawHeaders,
        body: Buffer.concat(chunks),
      });
      response.writeHead(200, { "content-type": "application/json" }).end(request.method === "HEAD" ? undefined : "{}");
    })
    .listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    origin: `http://127.0.0.1:${server.address().port}`,
    seen,
    close: () => (server.closeAllConnections(), server.close()),
  };
}
