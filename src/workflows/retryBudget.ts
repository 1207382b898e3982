// Waiting and retrying: what is retried how often, and waits that signals cut short.
import { ApplicationFailure, condition, isCancellation } from "@temporalio/workflow";
import { continueError, isRetryable } from "../domain/errors.ts";
import type { Direction } from "../domain/run.ts";
import { isInterruption, isWithoutTurn, MAX_SUMMARY_CHARS, toErrorState } from "./activityProxies.ts";
import type { IntegrationRun } from "./integrationRun.ts";

/** Rounds of three tries each within one run. After them the direction fails, and an earlier next run tries again. */
const MAX_ROUNDS = 2;
const ROUND_PAUSE_MS = 5_000;
/** Rounds in which workers died or were replaced. The provider is not to blame, but this has a limit too. */
const MAX_INTERRUPTED_ROUNDS = 10;
/** Consecutive waits for a rate limit without progress. */
const MAX_RATE_WAITS = 60;
const FIRST_RATE_WAIT_MS = 2_000;
const MAX_RATE_WAIT_MS = 60_000;
/** Waits of `retryForever`: each is twice as long as the one before, so that a short outage has no long aftermath. */
const FIRST_STORE_RETRY_MS = 5_000;
const MAX_STORE_RETRY_MS = 15 * 60_000;

/** How many failures and rate limits a direction may meet without progress before it fails for this run. */
export class RetryBudget {
  private readonly integration: IntegrationRun;
  private readonly direction: Direction;
  private readonly maxRounds: number;
  private failures = 0;
  private interruptions = 0;
  private rateWaits = 0;

  constructor(integration: IntegrationRun, direction: Direction, maxRounds = MAX_ROUNDS) {
    this.integration = integration;
    this.direction = direction;
    this.maxRounds = maxRounds;
  }

  progressed(): void {
    this.failures = 0;
    this.interruptions = 0;
    this.rateWaits = 0;
  }

  /** Returns true, after a wait, if one more round may heal the failure; false if it cannot or the budget is spent. */
  async mayRetry(failure: unknown): Promise<boolean> {
    if (isCancellation(failure)) throw failure;
    // Each of its tries has waited for long already.
    if (isWithoutTurn(failure)) return true;
    if (isInterruption(failure) && ++this.interruptions < MAX_INTERRUPTED_ROUNDS) return true;
    const error = toErrorState(failure, Date.now());
    if (!isRetryable(error.kind) || ++this.failures >= this.maxRounds) return false;
    const { errors } = this.integration.state;
    errors[this.direction] = continueError(errors[this.direction], error);
    this.integration.changed();
    await interruptibleWait(this.integration, ROUND_PAUSE_MS, `Try the ${this.direction} again after a failure`);
    return true;
  }

  /** Waits until the provider or the shared request budget allows more. Throws after too many waits in a row. */
  async waitForRateLimit(retryAtMs: number): Promise<void> {
    if (++this.rateWaits > MAX_RATE_WAITS) {
      throw ApplicationFailure.nonRetryable("The provider has been limiting the rate for too long.", "rate_limited");
    }
    const growing = Math.min(MAX_RATE_WAIT_MS, FIRST_RATE_WAIT_MS * 2 ** (this.rateWaits - 1));
    const untilMs = Math.max(retryAtMs, Date.now() + growing);
    this.integration.report(this.direction, `waiting for the rate limit until ${new Date(untilMs).toISOString()}`);
    await interruptibleWait(this.integration, untilMs - Date.now(), `Go on with the ${this.direction}: rate limit`);
  }
}

/** Thrown if the store must be back first but the history has grown long: the next execution tries again. */
export class Suspended extends Error {
  override readonly name = "Suspended";
}

/** Calls until it succeeds, for what a run cannot do without. `what` completes "Cannot …". May throw Suspended. */
export async function retryForever<T>(integration: IntegrationRun, what: string, call: () => Promise<T>): Promise<T> {
  for (let waitMs = FIRST_STORE_RETRY_MS; ; waitMs = Math.min(MAX_STORE_RETRY_MS, 2 * waitMs)) {
    try {
      return await call();
    } catch (failure) {
      if (isCancellation(failure)) throw failure;
      if (integration.continueAsNewWanted) throw new Suspended();
      integration.showObstacle(`Cannot ${what}; trying again in ${waitMs / 1000} s.`);
      await interruptibleWait(integration, waitMs, `Try again to ${what}`);
      integration.showObstacle(null);
    }
  }
}

/** A durable wait. Pauses, new settings, sync requests and continue-as-new end it early. */
async function interruptibleWait(integration: IntegrationRun, waitMs: number, summary: string): Promise<void> {
  const before = integration.interruptions;
  await condition(() => integration.interruptions !== before || integration.suspending, Math.max(1, waitMs), {
    summary: summary.slice(0, MAX_SUMMARY_CHARS),
  });
}
