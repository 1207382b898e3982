// How the command ends when something went wrong.
import { CommanderError } from "commander";
import { ConfigError } from "../config/config.ts";
import type { Output } from "./print.ts";

const USAGE = 2;
const FAILURE = 1;

/** Says what is wrong (without a stack: these are messages for operators) and answers the exit code. */
export function report(error: unknown, output: Output): number {
  // Commander has printed its own message already.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : USAGE;
  output.printError(`${error instanceof Error ? messageOf(error) : "An unknown failure."}\n`);
  return error instanceof ConfigError ? USAGE : FAILURE;
}

/** A refused connection is an AggregateError without a message of its own. */
function messageOf(error: Error): string {
  if (error.message !== "") return error.message;
  if (error instanceof AggregateError) {
    return error.errors.map((one) => (one instanceof Error ? one.message : "")).join("; ");
  }
  return error.name;
}
