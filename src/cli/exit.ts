// What a failed command prints, and its exit code.
import { CommanderError } from "commander";
import { ConfigError } from "../config/config.ts";
import type { Output } from "./print.ts";

const USAGE = 2;
const FAILURE = 1;

/** Prints the message without a stack, since operators read it, and returns the exit code. */
export function report(error: unknown, output: Output): number {
  // Commander has printed its own message already.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : USAGE;
  output.printError(`${error instanceof Error ? messageOf(error) : "An unknown error occurred."}\n`);
  return error instanceof ConfigError ? USAGE : FAILURE;
}

/** A refused connection is an AggregateError whose own message is empty. */
function messageOf(error: Error): string {
  if (error.message !== "") return error.message;
  if (error instanceof AggregateError) {
    return error.errors.map((one) => (one instanceof Error ? one.message : "")).join("; ");
  }
  return error.name;
}
