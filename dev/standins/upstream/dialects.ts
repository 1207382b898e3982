// How upstreams differ from OpenAI's API: what they refuse, where they listen, and how they say what is wrong.
import type { IncomingMessage } from "node:http";

export const DIALECTS = ["openai", "azure", "gemini", "mistral", "vllm", "ollama"] as const;
export type Dialect = (typeof DIALECTS)[number];

export interface Refusal {
  status: number;
  body: unknown;
}

/** What comes before `/chat/completions`. */
export const BASE_PATHS: Record<Dialect, string> = {
  openai: "/v1",
  azure: "/openai/deployments/local",
  gemini: "/v1beta/openai",
  mistral: "/v1",
  vllm: "/v1",
  ollama: "/v1",
};

/** Calls for this model are refused everywhere as for one that was retired. */
export const RETIRED_MODEL = "retired";

type Fields = Record<string, unknown>;

/** Null: the call is served. */
export function refusalOf(dialect: Dialect, request: IncomingMessage, body: Fields): Refusal | null {
  if (body.model === RETIRED_MODEL) return RETIRED[dialect](RETIRED_MODEL);
  switch (dialect) {
    case "openai":
      return ofOpenAi(request, body);
    case "azure":
      return ofAzure(request, body);
    case "gemini":
      return typeof body.temperature === "number" && body.temperature > 2 ? ofGemini("temperature out of range") : null;
    case "mistral":
      return ofMistral(body);
    case "vllm":
      return ofVllm(body);
    case "ollama":
      return ofOllama(body);
  }
}

function openAiError(status: number, message: string, fields: { param?: string; code?: string }): Refusal {
  return { status, body: { error: { message, type: "invalid_request_error", param: null, code: null, ...fields } } };
}

/** OpenAI's own rules on metadata, on the limit of tokens of reasoning models, and on the options of streams. */
function ofOpenAi(request: IncomingMessage, body: Fields): Refusal | null {
  const isChat = (request.url ?? "").includes("/chat/completions");
  if (request.headers.authorization === "Bearer wrong-key-0123456789") {
    const message = "Incorrect API key provided: wrong-ke*******6789. You can find your API key in your account.";
    return openAiError(401, message, { code: "invalid_api_key" });
  }
  if (isChat && body.metadata !== undefined && body.store !== true) {
    const message = "The 'metadata' parameter is only allowed when 'store' is enabled.";
    return openAiError(400, message, { param: "metadata" });
  }
  if (isChat && body.max_tokens !== undefined && /^(?:gpt-5|o\d)/.test(String(body.model))) {
    const message =
      "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.";
    return openAiError(400, message, { param: "max_tokens", code: "unsupported_parameter" });
  }
  return isChat ? ofStreamOptions(body) : ofUnknownStreamOptions(request, body);
}

function ofStreamOptions(body: Fields): Refusal | null {
  if (body.stream_options == null || body.stream === true) return null;
  const message = "The 'stream_options' parameter is only allowed when 'stream' is enabled.";
  return openAiError(400, message, { param: "stream_options" });
}

/** Responses know other options; embeddings know none. */
function ofUnknownStreamOptions(request: IncomingMessage, body: Fields): Refusal | null {
  const options = body.stream_options as Fields | undefined;
  if ((request.url ?? "").includes("/embeddings") && options !== undefined) {
    return openAiError(400, "Unrecognized request argument supplied: stream_options", {});
  }
  if (options?.include_usage === undefined) return null;
  const param = "stream_options.include_usage";
  return openAiError(400, `Unknown parameter: '${param}'.`, { param, code: "unknown_parameter" });
}

/** The first version that knows the options of streams. */
const AZURE_STREAM_OPTIONS = "2024-09-01";

function ofAzure(request: IncomingMessage, body: Fields): Refusal | null {
  if (request.headers["api-key"] === undefined) {
    const message = "Access denied due to invalid subscription key or wrong API endpoint.";
    return { status: 401, body: { error: { code: "401", message } } };
  }
  const version = new URL(request.url ?? "/", "http://upstream").searchParams.get("api-version");
  if (version === null) return { status: 404, body: { error: { code: "404", message: "Resource not found" } } };
  if (body.stream_options === undefined || version >= AZURE_STREAM_OPTIONS) return ofStreamOptions(body);
  return openAiError(400, "Unrecognized request argument supplied: stream_options", {});
}

function ofGemini(message: string, code = 400, status = "INVALID_ARGUMENT"): Refusal {
  return { status: code, body: [{ error: { code, message, status } }] };
}

const MISTRAL_FIELDS = new Set(
  [
    ["model", "messages", "input", "temperature", "top_p", "max_tokens", "stream", "stop", "random_seed"],
    ["response_format", "tools", "tool_choice", "presence_penalty", "frequency_penalty", "n", "prediction"],
    ["parallel_tool_calls", "prompt_mode", "reasoning_effort", "safe_prompt", "metadata"],
  ].flat(),
);

function ofMistral(body: Fields): Refusal | null {
  const detail = Object.entries(body)
    .filter(([name]) => !MISTRAL_FIELDS.has(name))
    .map(([name, input]) => ({
      type: "extra_forbidden",
      loc: ["body", name],
      msg: "Extra inputs are not permitted",
      input,
    }));
  return detail.length === 0 ? null : { status: 422, body: { detail } };
}

function ofVllm(body: Fields): Refusal | null {
  if (body.stream_options == null || body.stream === true) return null;
  const message = "Stream options can only be defined when `stream=True`.";
  return { status: 400, body: { object: "error", message, type: "BadRequestError", param: null, code: 400 } };
}

/** Its models take tools, but for those that say otherwise. */
export const MODEL_WITHOUT_TOOLS = "plain";

function ofOllama(body: Fields): Refusal | null {
  if (body.model !== MODEL_WITHOUT_TOOLS || body.tools === undefined) return null;
  const message = `registry.ollama.ai/library/${MODEL_WITHOUT_TOOLS} does not support tools`;
  return { status: 400, body: { error: { message, type: "api_error", param: null, code: null } } };
}

const RETIRED: Record<Dialect, (model: string) => Refusal> = {
  openai: (model) =>
    openAiError(404, `The model \`${model}\` does not exist or you do not have access to it.`, {
      code: "model_not_found",
    }),
  azure: () => ({
    status: 404,
    body: { error: { code: "DeploymentNotFound", message: "The API deployment for this resource does not exist." } },
  }),
  gemini: (model) => ofGemini(`models/${model} is not found for API version v1main`, 404, "NOT_FOUND"),
  mistral: (model) => ({
    status: 400,
    body: { object: "error", message: `Invalid model: ${model}`, type: "invalid_model", param: null, code: "1500" },
  }),
  vllm: (model) => ({
    status: 404,
    body: {
      object: "error",
      message: `The model \`${model}\` does not exist.`,
      type: "NotFoundError",
      param: null,
      code: 404,
    },
  }),
  ollama: (model) => ({ status: 404, body: { error: `model '${model}' not found` } }),
};
