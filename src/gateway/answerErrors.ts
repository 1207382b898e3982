// Tells what an upstream says within a success, in a body or in an event of a stream: an error, a usage, or an answer.

interface SaidBody {
  error?: unknown;
  type?: unknown;
  object?: unknown;
  choices?: unknown;
  response?: { error?: unknown } | null;
}

/** The error that a JSON text tells of, or null. A look at the text spares most answers the parse. */
export function errorIn(text: string): unknown {
  if (!text.includes('"error"')) return null;
  const parsed = parse(text);
  // Gemini's come in a list.
  const body = (Array.isArray(parsed) ? parsed[0] : parsed) as SaidBody | null;
  if (typeof body !== "object" || body === null) return null;
  const { error } = body;
  if (typeof error === "string" ? error !== "" : typeof error === "object" && error !== null) return error;
  if (body.type === "response.failed") return body.response?.error ?? body;
  return body.type === "error" || body.object === "error" || hasFailedChoice(body.choices) ? body : null;
}

/** Mistral and OpenRouter end a choice so when the model broke off. */
function hasFailedChoice(choices: unknown): boolean {
  if (!Array.isArray(choices)) return false;
  return choices.some((choice: { finish_reason?: unknown } | null) => choice?.finish_reason === "error");
}

const TYPE_FIRST = /^\{\s*"type"\s*:\s*"([^"\\]*)"/;

/** The type of an event: its name, or what its data says. Some servers put `type` first, some last. */
export function eventType(name: string, data: string): string {
  if (name !== "") return name;
  const first = TYPE_FIRST.exec(data)?.[1];
  if (first !== undefined) return first;
  if (!data.includes('"response.')) return "";
  const parsed = parse(data) as { type?: unknown } | null | undefined;
  return typeof parsed?.type === "string" ? parsed.type : "";
}

/** Whether a chunk of a chat stream has nothing but the usage, as OpenAI sends it to those who ask for it. */
export function isUsageAlone(data: string): boolean {
  if (!/"choices"\s*:\s*\[\s*\]/.test(data)) return false;
  const parsed = parse(data) as { choices?: unknown; usage?: unknown } | null | undefined;
  const { choices, usage } = parsed ?? {};
  return Array.isArray(choices) && choices.length === 0 && typeof usage === "object" && usage !== null;
}

interface Chunk {
  choices?: ({ delta?: Record<string, unknown> | null } | null)[];
}

/** Whether a chunk of a chat stream carries something generated: its delta has more than a role or empty values. */
export function isGenerated(data: string): boolean {
  const parsed = parse(data) as Chunk | null | undefined;
  // What is too long to be whole, or has another shape, is an answer too.
  if (typeof parsed !== "object" || parsed === null || !Array.isArray(parsed.choices)) return true;
  return parsed.choices.some((choice) =>
    Object.entries(choice?.delta ?? {}).some(([name, value]) => name !== "role" && !isEmpty(value)),
  );
}

function isEmpty(value: unknown): boolean {
  if (typeof value === "object" && value !== null) return Object.keys(value).length === 0;
  return value === null || value === "";
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
