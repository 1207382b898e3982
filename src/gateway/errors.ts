// Errors in the shape of OpenAI's API, which its clients turn into exceptions of their own.

export class GatewayError extends Error {
  override readonly name = "GatewayError";
  readonly status: number;
  readonly code: string | null;
  readonly param: string | null;
  readonly headers: Record<string, string>;

  constructor(
    status: number,
    message: string,
    options: { code?: string; param?: string; headers?: Record<string, string> } = {},
  ) {
    super(message);
    this.status = status;
    this.code = options.code ?? null;
    this.param = options.param ?? null;
    this.headers = options.headers ?? {};
  }
}

/** What the caller can mend, and what not, in the words of OpenAI's `type`. */
export function errorText({ status, message, code, param }: GatewayError): string {
  const type = status >= 500 ? "api_error" : "invalid_request_error";
  return JSON.stringify({ error: { message, type, param, code } });
}

export function errorResponse(error: GatewayError): Response {
  const headers = { "content-type": "application/json", ...error.headers };
  return new Response(errorText(error), { status: error.status, headers });
}
