// What the gateway tells about one call. The gateway fills it, recorders keep it: rows, sums, log lines and metrics.
import type { TokenPrice, TokenUsage } from "../domain/tokenPrice.ts";

/** What becomes of a call. `left`: the caller left before anything of an answer had been sent. */
export type CallOutcome = "served" | "failed" | "left";

/** One upstream that was asked and did not serve. `reason` is a code of ours, such as `upstream_timeout`. */
export interface FailedAttempt {
  variantId: string;
  /** Null: there was no response. */
  status: number | null;
  reason: string;
  /** The upstream's own code of its error, if it has one. */
  code: string | null;
}

export interface CallRecord {
  readonly requestId: string;
  readonly workspaceId: string;
  readonly routerId: string;
  readonly routeId: string;
  /** Of the router when the variant was picked. */
  readonly routerVersion: number;
  /** Null: the call names no user, or one that cannot be recorded. Such a call is counted and needs no commit. */
  readonly userId: string | null;
  readonly assignedVariantId: string;
  /** `performance.now()` when the call arrived. */
  readonly startedMs: number;
  /** In the order in which they were asked. */
  readonly failedAttempts: FailedAttempt[];
  /** The variant that answers, once its answer counts as one. */
  served: { variantId: string; price: TokenPrice | null } | null;
  /** The status that the caller gets; null before it is known. */
  status: number | null;
  /** From `usage` of the answer (tokenReader.ts); null without one. */
  usage: TokenUsage | null;
  /** `performance.now()` when something generated first went to the caller: the first bytes if it is no stream. */
  firstTokenMs: number | null;
  /** `performance.now()` when the upstream's last byte had come. */
  endedMs: number | null;
}

export interface CallRecorder {
  /** Throws UnavailableError while commits fail, so that a call with a user that cannot end cleanly is not begun. */
  check(): void;
  /** As soon as the variant is picked, before an upstream is asked. Never throws, and nothing waits for it. */
  assigned(call: CallRecord): void;
  /**
   * Once, when the upstream's answer is complete, has failed or is given up. A clean end of the response waits for the
   * promise: it resolves once what became of the call is committed, and rejects if it is not or if that is unknown. An
   * assignment that was not committed is recorded again with it.
   * Resolves at once for calls without a user. Rejections are handled even if nothing waits for the promise.
   */
  finished(call: CallRecord, outcome: CallOutcome): Promise<void>;
}
