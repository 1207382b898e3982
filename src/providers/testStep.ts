// Runs one step of a connection test.
import { SyncError } from "../domain/errors.ts";
import type { TestStep } from "./connector.ts";

export const CONNECTION_TEST_TIMEOUT_MS = 60_000;

/** `run` returns a text if the step could not be tried, and why: then nothing is known to be wrong. */
export async function runTestStep(
  provider: string,
  name: string,
  run: () => Promise<string | void>,
): Promise<TestStep> {
  try {
    const message = await run();
    return typeof message === "string" ? { name, ok: true, message } : { name, ok: true };
  } catch (error) {
    const timedOut = `${provider} did not answer within ${CONNECTION_TEST_TIMEOUT_MS / 1_000} seconds. Try again.`;
    if (!(error instanceof SyncError)) return { name, ok: false, message: timedOut };
    const { kind, message, isFinal } = error;
    return kind === "permission" && !isFinal
      ? { name, ok: false, message, lacksGrant: true }
      : { name, ok: false, message };
  }
}
