#!/usr/bin/env node
// The `crosscurrent` command. Answers go to stdout, logs and errors to stderr; exit code 2 for a wrong call or setting,
// 1 for a failure.
import { report } from "./exit.ts";
import { processOutput } from "./print.ts";
import { createProgram } from "./program.ts";

try {
  await createProgram().parseAsync();
} catch (error) {
  process.exitCode = report(error, processOutput);
}
