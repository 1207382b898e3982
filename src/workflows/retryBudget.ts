import type { Direction } from "../domain/run.ts";
import { ApplicationFailure, isCancellation } from "@temporalio/workflow";
import { continueError, isRetryable } from "../domain/errors.ts";
import { isInterruption, toErrorState } from "./activityProxies.ts";
import type { Session } from "./integrationRun.ts";

/** Rounds of three tries each within one run; after them the direction fails and an earlier next run tries again. */
const MAX_ROUNDS = 2;
const ROUND_PAUSE_MS = 5_000;
/** Rounds in which workers died or were replaced under the step: no fault of the other side, but not for ever either. */
const MAX_INTERRUPTED_ROUNDS = 10;
/** Waits in a row for a rate limit while nothing gets through. */
const MAX_RATE_WAITS = 60;
const FIRST_RATE_WAIT_MS = 2_000;
const MAX_RATE_WAIT_MS = 60_000;

/** How long a direction bears with failures and rate limits before it gives up for this run. */
export class Patience {
  private readonly session: Session;
  private readonly direction: Direction;
  private failures = 0;
  private interruptions = 0;
  private rateWaits = 0;

  constructor(session: Session, direction: Direction) {
    this.session = session;
    this.direction = direction;
  }

  progressed(): void {
    this.failures = 0;
    this.interruptions = 0;
    this.rateWaits = 0;
  }

  /** Waits before one more round where time may heal the failure; throws it where it will not or did not. */
  async afterFailure(failure: unknown): Promise<void> {
    if (isCancellation(failure)) throw failure;
    if (isInterruption(failure) && ++this.interruptions < MAX_INTERRUPTED_ROUNDS) return;
    const { errors } = this.session.state;
    const error = toErrorState(failure, Date.now());
    if (!isRetryable(error.kind) || ++this.failures >= MAX_ROUNDS) throw failure;
    errors[this.direction] = continueError(errors[this.direction], error);
    this.session.changed();
    await this.session.pauseFor(ROUND_PAUSE_MS, `${this.direction}: trying again after a failure`);
  }

  /** Waits until the other side (or the shared request budget) lets the direction go on. Throws after too many waits in a row. */
  async waitUntil(retryAtMs: number): Promise<void> {
    if (++this.rateWaits > MAX_RATE_WAITS) {
      throw ApplicationFailure.nonRetryable("The provider has been limiting the rate for too long.", "rate_limited");
    }
    const growing = Math.min(MAX_RATE_WAIT_MS, FIRST_RATE_WAIT_MS * 2 ** (this.rateWaits - 1));
    const untilMs = Math.max(retryAtMs, Date.now() + growing);
    this.session.report(this.direction, `waiting for the rate limit until ${new Date(untilMs).toISOString()}`);
    await this.session.pauseFor(untilMs - Date.now(), `${this.direction}: waiting for the rate limit`);
  }
}
