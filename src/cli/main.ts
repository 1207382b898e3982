#!/usr/bin/env node
// The `crosscurrent` command. It prints results on stdout, logs and errors on stderr. Exit codes are in exit.ts.
import { report } from "./exit.ts";
import { processOutput } from "./print.ts";
import { createProgram } from "./program.ts";

try {
  await createProgram().parseAsync();
} catch (error) {
  process.exitCode = report(error, processOutput);
}
