// `/__control/…`: commands with which tests, the demo and benchmarks change a running stand-in. POST, JSON in and out.
import type { IncomingMessage, ServerResponse } from "node:http";
import { z } from "zod";
import { readBody } from "./body.ts";
import { json, sendReply } from "./reply.ts";

const PREFIX = "/__control/";
const BODY_MAX_BYTES = 256 * 1024 * 1024;

/** A refusal that the caller of a command sees. */
export class ControlError extends Error {}

interface Command<State, Input extends z.ZodType = z.ZodType> {
  input: Input;
  /** Returns the answer; undefined answers `{}`. */
  run(state: State, input: z.output<Input>): unknown;
}

export type Commands<State> = Record<string, Command<State>>;

/** Types one command by its schema. */
export function command<State, Input extends z.ZodType>(
  input: Input,
  run: (state: State, input: z.output<Input>) => unknown,
): Command<State, Input> {
  return { input, run };
}

/** Serves a request below `/__control/`. Returns false, and does nothing, for all other requests. */
export async function serveControl<State>(
  commands: Commands<State>,
  state: State,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<boolean> {
  if (request.url?.startsWith(PREFIX) !== true) return false;
  try {
    const body = await readBody(request, BODY_MAX_BYTES);
    const answer = await runCommand(commands, state, request.url.slice(PREFIX.length), body.toString("utf8"));
    sendReply(response, json(200, answer ?? {}));
  } catch (error) {
    const status = error instanceof ControlError ? 400 : 500;
    sendReply(response, json(status, { error: error instanceof Error ? error.message : "unknown error" }));
  }
  return true;
}

async function runCommand<State>(
  commands: Commands<State>,
  state: State,
  name: string,
  text: string,
): Promise<unknown> {
  const known = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (known === undefined) throw new ControlError(`no command ${name}`);
  try {
    return await known.run(state, known.input.parse(text === "" ? {} : JSON.parse(text)));
  } catch (error) {
    if (error instanceof z.ZodError) throw new ControlError(z.prettifyError(error));
    if (error instanceof SyntaxError) throw new ControlError("the body is no JSON");
    throw error;
  }
}
