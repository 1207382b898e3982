// The one way in which tests wait for something that happens soon. Portal tests use Playwright's own waits on a page, and
// workflow tests wait with skipped time (support/workflows/scenario.ts).
import { setTimeout as delay } from "node:timers/promises";

const WITHIN_MS = 45_000;
const POLL_MS = 20;

/**
 * Reads repeatedly until the value satisfies `isReached` (default: until it is true), and returns it. The error after
 * `withinMs` shows the last value.
 *
 * @example await eventually(() => fake.calls, (calls) => calls === 2);
 */
export async function eventually<T>(
  read: () => T | Promise<T>,
  isReached: (value: T) => boolean = (value) => value === true,
  withinMs = WITHIN_MS,
): Promise<T> {
  const deadlineMs = Date.now() + withinMs;
  for (;;) {
    const value = await read();
    if (isReached(value)) return value;
    if (Date.now() > deadlineMs) throw new Error(`not reached after ${withinMs} ms: ${JSON.stringify(value)}`);
    await delay(POLL_MS);
  }
}
