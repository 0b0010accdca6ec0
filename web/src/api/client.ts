// The one way to the server: a client typed by openapi.json, and errors that carry the server's own sentence.
import createClient from "openapi-fetch";
import type { components, paths } from "./schema";

export const api = createClient<paths>({ baseUrl: "/api/v1", credentials: "same-origin" });

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
  } catch {
    throw new ApiError(0, "unreachable", "The server cannot be reached. Try again.", "");
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
  const message = `The server answered with status ${response.status}. Try again.`;
  return new ApiError(response.status, "unknown", message, "");
}
