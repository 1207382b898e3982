// What the local upstream answers to OpenAI's Responses: the same sentence or tool call, plain or as typed events.

export interface ResponsesRequest {
  model: string;
  input?: unknown;
  stream?: boolean;
  tools?: { type: string; name?: string }[];
  metadata?: unknown;
}

const CREATED = 1_760_000_000;
const USAGE = {
  input_tokens: 8,
  input_tokens_details: { cached_tokens: 0 },
  output_tokens: 8,
  output_tokens_details: { reasoning_tokens: 0 },
  total_tokens: 16,
};

export function responseOf(call: ResponsesRequest): object {
  return { ...head(call), status: "completed", output: [outputOf(call)], usage: USAGE };
}

/** Server-sent events, without a last `[DONE]`. */
export function* responseEventsOf(call: ResponsesRequest): Generator<string> {
  let sequence = 0;
  const event = (type: string, data: object) =>
    `event: ${type}\ndata: ${JSON.stringify({ type, sequence_number: sequence++, ...data })}\n\n`;
  const begun = { ...head(call), status: "in_progress", output: [], usage: null };
  yield event("response.created", { response: begun });
  yield event("response.in_progress", { response: begun });
  const item = outputOf(call);
  const at = { output_index: 0, item_id: item.id };
  if (item.type === "function_call") {
    yield event("response.output_item.added", {
      output_index: 0,
      item: { ...item, arguments: "", status: "in_progress" },
    });
    for (const delta of item.arguments.match(/.{1,6}/gs) ?? []) {
      yield event("response.function_call_arguments.delta", { ...at, delta });
    }
    yield event("response.function_call_arguments.done", { ...at, name: item.name, arguments: item.arguments });
  } else {
    const [part] = item.content;
    yield event("response.output_item.added", {
      output_index: 0,
      item: { ...item, content: [], status: "in_progress" },
    });
    yield event("response.content_part.added", { ...at, content_index: 0, part: { ...part, text: "" } });
    for (const delta of part.text.match(/\s*\S+/g) ?? []) {
      yield event("response.output_text.delta", { ...at, content_index: 0, delta, logprobs: [] });
    }
    yield event("response.output_text.done", { ...at, content_index: 0, text: part.text, logprobs: [] });
    yield event("response.content_part.done", { ...at, content_index: 0, part });
  }
  yield event("response.output_item.done", { output_index: 0, item });
  yield event("response.completed", { response: responseOf(call) });
}

function head({ model, metadata = {}, tools = [] }: ResponsesRequest) {
  return {
    id: "resp_local",
    object: "response",
    created_at: CREATED,
    model,
    error: null,
    incomplete_details: null,
    instructions: null,
    max_output_tokens: null,
    metadata,
    parallel_tool_calls: true,
    previous_response_id: null,
    reasoning: { effort: null, summary: null },
    store: true,
    temperature: 1,
    text: { format: { type: "text" } },
    tool_choice: "auto",
    tools,
    top_p: 1,
    truncation: "disabled",
    user: null,
  };
}

function outputOf(call: ResponsesRequest) {
  const name = call.tools?.find(({ type }) => type === "function")?.name;
  // Once the tool has answered, there is something to say.
  if (name !== undefined && !JSON.stringify(call.input ?? "").includes('"function_call_output"')) {
    const args = '{"city":"Zürich","days":3}';
    return {
      id: "fc_local",
      type: "function_call" as const,
      status: "completed",
      call_id: "call_local",
      name,
      arguments: args,
    };
  }
  const text = `${call.model} heard: ${lastSaid(call.input)}`;
  return {
    id: "msg_local",
    type: "message" as const,
    status: "completed",
    role: "assistant",
    content: [{ type: "output_text", text, annotations: [], logprobs: [] }] as [
      { type: string; text: string; annotations: []; logprobs: [] },
    ],
  };
}

function lastSaid(input: unknown): string {
  if (typeof input === "string") return input;
  const last = (Array.isArray(input) ? input.at(-1) : null) as Record<string, unknown> | null;
  if (typeof last?.output === "string") return last.output;
  if (typeof last?.content === "string") return last.content;
  const [part] = Array.isArray(last?.content) ? (last.content as { text?: string }[]) : [];
  return part?.text ?? "something";
}
