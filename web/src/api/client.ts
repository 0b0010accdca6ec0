// The one way to the server: a client typed by openapi.json, and errors that carry the server's own sentence.
import createClient from "openapi-fetch";
import { parseJson, stringifyJson } from "../lib/json";
import { guardUnload } from "../lib/unloadGuard";
import type { components, paths } from "./schema.d.ts";

/** How long the server may take, in milliseconds. */
export const timeouts = {
  read: 30_000,
  change: 60_000,
  /** For requests that wait for a connected system: the server gives up earlier. */
  upstream: 600_000,
};

export const api = createClient<paths>({
  baseUrl: "/api/v1",
  credentials: "same-origin",
  bodySerializer: (body: unknown) => stringifyJson(body),
  fetch: (request) => send(request, request.method === "GET" ? timeouts.read : timeouts.change),
});

/** For requests that wait for a connected system: `api.POST(path, { ...longRunning })`. */
export const longRunning = { fetch: (request: Request) => send(request, timeouts.upstream) };

type Schemas = components["schemas"];
export type Schema<Name extends keyof Schemas> = Schemas[Name];

export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly requestId: string,
    readonly field?: string,
  ) {
    super(message);
  }

  /** Whether the same request may succeed at another time; a refusal stays a refusal. */
  get canRetry(): boolean {
    return [0, 408, 425, 429].includes(this.status) || this.status >= 500;
  }
}

/** The request is sent now or not at all: nothing waits for the network, and nothing is sent twice. */
async function send(request: Request, timeout: number): Promise<Response> {
  const isRead = request.method === "GET";
  const limit = AbortSignal.timeout(timeout);
  const release = isRead ? undefined : guardUnload();
  try {
    return withExactNumbers(
      await fetch(request, { signal: AbortSignal.any([request.signal, limit]) }),
    );
  } catch (error) {
    if (request.signal.aborted) throw error;
    throw unanswered(isRead, limit.aborted ? timeout : null);
  } finally {
    release?.();
  }
}

/** The same response, whose json() does not round whole numbers. */
function withExactNumbers(response: Response): Response {
  const { body, ok, status } = response;
  if (!ok || status === 204) return response;
  const headers = new Headers(response.headers);
  // Without this header openapi-fetch calls text() and JSON.parse().
  if (!headers.has("Content-Length")) headers.set("Content-Length", "unknown");
  const exact = new Response(body, { status, headers });
  exact.json = async () => parseJson(await exact.text());
  return exact;
}

function unanswered(isRead: boolean, timeout: number | null): ApiError {
  const failure = (code: string, message: string) => new ApiError(0, code, message, "");
  const unsure = "The change may or may not have been made. Check the list before you try again.";
  if (timeout !== null) {
    const late = `The server did not answer within ${timeout / 1000} seconds.`;
    return failure("timeout", isRead ? late : `${late} ${unsure}`);
  }
  if (!navigator.onLine) {
    return failure(
      "offline",
      isRead
        ? "You are offline. Try again when you are online."
        : "You are offline, so nothing was sent. Try again when you are online.",
    );
  }
  if (isRead) return failure("unreachable", "The server cannot be reached.");
  return failure("unreachable", `The connection to the server failed. ${unsure}`);
}

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** The body of a good answer; anything else is thrown as an ApiError. */
export async function unwrap<T>(call: Promise<Answer<T>>): Promise<T> {
  let answer: Answer<T>;
  try {
    answer = await call;
  } catch (error) {
    if (error instanceof ApiError) throw error;
    // It began to answer, and its answer was not whole or was not JSON.
    throw new ApiError(0, "unreadable", "The server's response was incomplete.", "");
  }
  if (!answer.response.ok) throw toApiError(answer.response, answer.error);
  return answer.data as T;
}

function toApiError(response: Response, body: unknown): ApiError {
  const error = (body as Partial<Schema<"Error">> | undefined)?.error;
  if (error) {
    return new ApiError(response.status, error.code, error.message, error.request_id, error.field);
  }
  // A proxy in between answers in its own words, which say nothing to the person.
  const message = `The server responded with status ${response.status}.`;
  return new ApiError(response.status, "unknown", message, "");
}
