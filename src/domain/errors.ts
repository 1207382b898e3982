// The closed set of ways in which a connector can fail. The workflow decides by the kind alone what happens next.
export const ERROR_KINDS = [
  "auth",
  "permission",
  "not_found",
  "schema",
  "rate_limited",
  "transient",
  "rejected_record",
  "bug",
] as const;

export type ErrorKind = (typeof ERROR_KINDS)[number];

/** Kinds that waiting can heal; every other kind needs a person. */
export function isRetryable(kind: ErrorKind): boolean {
  return kind === "transient" || kind === "rate_limited";
}

/** The type of the failure of a step that was not begun, because many of its workspace wait for their turn. */
export const NO_TURN = "NoTurn";

/** The detail of a failure that no smaller page would avoid. */
export const CONCERNS_ALL_DAYS = "concerns all days";

/** Kinds that may concern some days of a source alone. Every other kind concerns all that is read. */
export function mayConcernSomeDays(kind: ErrorKind): boolean {
  return kind === "transient" || kind === "schema" || kind === "bug";
}

/** What a person sees of a failure: what happened and what to do, never a credential or a user's data. */
export interface ErrorState {
  kind: ErrorKind;
  message: string;
  /** Since when, epoch milliseconds: kept while the kind stays the same. */
  sinceMs: number;
}

/** The error a direction shows now, keeping the start of one that goes on. */
export function continueError(before: ErrorState | null, now: ErrorState): ErrorState {
  return before !== null && before.kind === now.kind ? { ...now, sinceMs: before.sinceMs } : now;
}

export class SyncError extends Error {
  override readonly name = "SyncError";
  readonly kind: ErrorKind;
  /** When to try again, epoch milliseconds, where the other side said so. */
  readonly retryAtMs: number | undefined;
  /** Whether every page would fail the same, so that skipping some days is of no use. */
  readonly concernsAllDays: boolean;
  /** Whether waiting for a grant to be known everywhere is of no use. */
  readonly isFinal: boolean;

  constructor(
    kind: ErrorKind,
    message: string,
    options: { retryAtMs?: number; concernsAllDays?: boolean; isFinal?: boolean; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.kind = kind;
    this.retryAtMs = options.retryAtMs;
    this.concernsAllDays = options.concernsAllDays ?? false;
    this.isFinal = options.isFinal ?? false;
  }
}
