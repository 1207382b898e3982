// Runs one step of a connection test.
import { SyncError } from "../domain/errors.ts";
import type { TestStep } from "./connector.ts";

export const CONNECTION_TEST_TIMEOUT_MS = 60_000;

/** What a step says that is ok. A text says why it could not be tried: then nothing is known to be wrong. */
export type StepResult = string | { warning: string } | void;

export async function runTestStep(provider: string, name: string, run: () => Promise<StepResult>): Promise<TestStep> {
  try {
    const result = await run();
    if (typeof result === "string") return { name, ok: true, message: result };
    return typeof result === "object" ? { name, ok: true, message: result.warning, warning: true } : { name, ok: true };
  } catch (error) {
    const timedOut = `${provider} did not answer within ${CONNECTION_TEST_TIMEOUT_MS / 1_000} seconds. Try again.`;
    if (!(error instanceof SyncError)) return { name, ok: false, message: timedOut };
    const { kind, message, isFinal } = error;
    return kind === "permission" && !isFinal
      ? { name, ok: false, message, lacksGrant: true }
      : { name, ok: false, message };
  }
}
