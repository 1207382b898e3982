// The data of the demo: what goes through the system, and so what both ends must hold.
import { bucketsOf, makeExposures, type DemoExposure } from "./exposures.ts";
import { readPurchases, type Purchase } from "./purchases.ts";

export interface DemoData {
  nowMs: number;
  purchases: Purchase[];
  exposures: DemoExposure[];
  /** The latest time of each bucket, in epoch milliseconds. */
  buckets: Map<string, number>;
}

export function makeData(nowMs: number): DemoData {
  const purchases = readPurchases(nowMs);
  const exposures = makeExposures([...new Set(purchases.map(({ customer }) => customer))], nowMs);
  return { nowMs, purchases, exposures, buckets: bucketsOf(exposures) };
}
