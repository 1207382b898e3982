// Where an export writes, as a run found it.

const HOUR_MS = 3_600_000;
const DAY_HOURS = 24;

export interface ExportDestination {
  /** For messages. */
  name: string;
  /** Another time means that the destination was deleted and made anew. Epoch milliseconds. */
  madeAtMs: number;
  /** When it is deleted with all that it holds; null: never. */
  endsAtMs: number | null;
  /** How long it keeps a row; null: for ever. */
  keepsRowsMs: number | null;
  /** What to do about the two, in the provider's words. */
  remedy: string;
}

/** The destination was made anew after so many buckets had been sent. */
export interface MadeAnew {
  atMs: number;
  sent: number;
  /** All are being sent again. */
  isResending: boolean;
}

/** Whole days as days, other times as hours. */
export function daysText(ms: number): string {
  const hours = Math.round(ms / HOUR_MS);
  const [count, unit] = hours % DAY_HOURS === 0 ? [hours / DAY_HOURS, "day"] : [hours, "hour"];
  return `${count} ${unit}${count === 1 ? "" : "s"}`;
}
