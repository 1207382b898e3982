// Errors in the shape of OpenAI's API, which its clients turn into exceptions.
import type { Problem } from "./problem.ts";

export class OpenAiError extends Error {
  override readonly name = "OpenAiError";
  readonly status: number;
  readonly code: string | null;
  readonly param: string | null;
  readonly headers: Record<string, string>;

  constructor(
    status: number,
    message: string,
    options: { code?: string | null; param?: string; headers?: Record<string, string> } = {},
  ) {
    super(message);
    this.status = status;
    this.code = options.code ?? null;
    this.param = options.param ?? null;
    this.headers = options.headers ?? {};
  }
}

export function openAiErrorResponse({ status, message, code, param, headers }: OpenAiError): Response {
  const type = status >= 500 ? "api_error" : "invalid_request_error";
  return Response.json({ error: { message, type, param, code } }, { status, headers });
}

const OPENAI_PATH = /^\/v1\/(?:chat|responses|embeddings|models)(?:\/|$)/;

/** Whether every refusal of the path has this shape. */
export const isOpenAiPath = (path: string): boolean => OPENAI_PATH.test(path);

export function toOpenAiError({ status, message, headers }: Problem): OpenAiError {
  return new OpenAiError(status, message, { code: status === 401 ? "invalid_api_key" : null, headers });
}
