// The demo's product events: the CDNOW purchase log, shifted in time so that it ends yesterday.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";

export const PURCHASE_EVENT = "purchase";

export interface Purchase {
  /** The line number distinguishes equal purchases of one customer on one day. */
  line: number;
  customer: string;
  timeMs: number;
  cds: number;
  amount: number;
}

const DAY_MS = 86_400_000;
const LOG_ENDS_MS = Date.UTC(1998, 5, 30);
const NOON_MS = DAY_MS / 2;

export function readPurchases(nowMs: number): Purchase[] {
  const text = gunzipSync(readFileSync(join(import.meta.dirname, "data/cdnow_master.txt.gz"))).toString("utf8");
  const yesterdayMs = Math.floor(nowMs / DAY_MS) * DAY_MS - DAY_MS;
  const shiftMs = yesterdayMs - LOG_ENDS_MS;
  return text
    .trim()
    .split("\n")
    .slice(1)
    .map((row, index) => {
      const [customer = "", date = "", cds, amount] = row.trim().split(/\s+/);
      const dayMs = Date.UTC(Number(date.slice(0, 4)), Number(date.slice(4, 6)) - 1, Number(date.slice(6)));
      return { line: index + 1, customer, timeMs: dayMs + shiftMs + NOON_MS, cds: Number(cds), amount: Number(amount) };
    });
}

/** First day of the log, `yyyy-mm-dd`. */
export function firstDay(purchases: Purchase[]): string {
  const firstMs = purchases.reduce((first, { timeMs }) => Math.min(first, timeMs), Infinity);
  return new Date(firstMs).toISOString().slice(0, 10);
}
