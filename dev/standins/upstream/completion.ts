// What the local upstream answers: a sentence that names its model and repeats what was said, or a call of the first tool.

export interface ChatRequest {
  model: string;
  messages?: { role: string; content?: unknown }[];
  stream?: boolean;
  stream_options?: { include_usage?: boolean };
  tools?: { function: { name: string } }[];
}

const CREATED = 1_760_000_000;
const USAGE = { prompt_tokens: 8, completion_tokens: 8, total_tokens: 16 };

export function completionOf(chat: ChatRequest): object {
  const tool = toolCallOf(chat);
  const message = tool
    ? { role: "assistant", content: null, tool_calls: [tool] }
    : { role: "assistant", content: sentenceOf(chat), refusal: null };
  const finish = tool ? "tool_calls" : "stop";
  const choices = [{ index: 0, message, finish_reason: finish, logprobs: null }];
  return { ...head(chat, "chat.completion"), choices, usage: USAGE };
}

/**
 * The same in pieces, each a server-sent event, word by word. Those who ask for the usage get it in an event of its own,
 * and a `null` in all others. `alwaysWithUsage`: it is in the last chunk, asked for or not, as Mistral's is.
 */
export function* eventsOf(chat: ChatRequest, alwaysWithUsage = false): Generator<string> {
  const asks = chat.stream_options?.include_usage === true;
  const event = (data: object) =>
    `data: ${JSON.stringify({ ...head(chat, "chat.completion.chunk"), ...(asks && { usage: null }), ...data })}\n\n`;
  const chunk = (delta: object, finish: string | null = null) =>
    event({ choices: [{ index: 0, delta, finish_reason: finish }] });
  yield chunk({ role: "assistant", content: "" });
  const tool = toolCallOf(chat);
  if (tool) {
    const { arguments: args, name } = tool.function;
    yield chunk({ tool_calls: [{ index: 0, id: tool.id, type: "function", function: { name, arguments: "" } }] });
    for (const piece of args.match(/.{1,6}/gs) ?? []) {
      yield chunk({ tool_calls: [{ index: 0, function: { arguments: piece } }] });
    }
  } else {
    for (const word of sentenceOf(chat).match(/\s*\S+/g) ?? []) yield chunk({ content: word });
  }
  const choices = [{ index: 0, delta: {}, finish_reason: tool ? "tool_calls" : "stop" }];
  yield event({ choices, ...(alwaysWithUsage && { usage: USAGE }) });
  if (asks) yield event({ choices: [], usage: USAGE });
  yield "data: [DONE]\n\n";
}

function head(chat: ChatRequest, object: string) {
  return { id: "chatcmpl-local", object, created: CREATED, model: chat.model };
}

function sentenceOf({ model, messages = [] }: ChatRequest): string {
  const said = messages.at(-1)?.content;
  return `${model} heard: ${typeof said === "string" ? said : "something"}`;
}

function toolCallOf({ tools, messages = [] }: ChatRequest) {
  const name = tools?.[0]?.function.name;
  // Once the tool has answered, there is something to say.
  if (name === undefined || messages.at(-1)?.role === "tool") return null;
  return { id: "call_local", type: "function", function: { name, arguments: '{"city":"Zürich","days":3}' } };
}
