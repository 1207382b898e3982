// A provider as the demo sees it, and what is counted of every one.
import type { Api } from "./api.ts";
import type { Bars } from "./bars.ts";
import { bucketKey } from "./exposures.ts";
import type { DemoExposure } from "./exposures.ts";
import type { Counted } from "./metric.ts";
import type { Purchase } from "./purchases.ts";
import type { Line } from "./report.ts";

/** What goes through the system, and so what has to be at both ends. */
export interface DemoData {
  nowMs: number;
  purchases: Purchase[];
  exposures: DemoExposure[];
  /** Latest time of each. */
  buckets: Map<string, number>;
}

export interface Direction {
  label: string;
  total: number;
  look(): Promise<{ done: number; isMiddle: boolean }>;
}

export interface Side {
  name: string;
  /** Makes the customer's project and fills it with the purchases, by the provider's own client. */
  load(bars: Bars, signal: AbortSignal): Promise<void>;
  /** Makes the integration and its events, with both directions off; answers its id. */
  connect(api: Api): Promise<string>;
  /** What a kill in the middle of the export means here. */
  exportKill: string;
  /** What the demo's metric sums up. */
  counted: Counted;
  directions(api: Api, id: string): { exporting: Direction; importing: Direction };
  /** Asks both ends, each through its own front door. */
  count(api: Api, id: string): Promise<Line[]>;
}

export function runImport(label: string, api: Api, id: string, total: number): Direction {
  return {
    label,
    total,
    look: async () => {
      const done = sum((await api.imported(id)).values());
      return { done, isMiddle: done > 0 && done < total };
    },
  };
}

export async function sentLines(api: Api, id: string, buckets: number): Promise<Line[]> {
  const { sent, pending, rejected } = (await api.integration(id)).export;
  return [
    { what: "buckets sent (one per user, router, route, variant, hour)", actual: sent, expected: buckets },
    { what: "buckets pending or rejected", actual: pending + rejected, expected: 0 },
  ];
}

/** What the destination holds: no row too many, each bucket at its latest time. */
export function heldLines(where: string, held: DemoExposure[], buckets: Map<string, number>): Line[] {
  const times = new Map(held.map((row) => [bucketKey(row, row.timestamp), row.timestamp]));
  const right = [...buckets].filter(([key, timeMs]) => times.get(key) === timeMs).length;
  return [
    { what: where, actual: held.length, expected: buckets.size },
    { what: "  of them each bucket exactly once, at its latest time", actual: right, expected: buckets.size },
  ];
}

export async function importLines(api: Api, id: string, events: Map<string, number>): Promise<Line[]> {
  const imported = await api.imported(id);
  const found = await Promise.all(
    [...events.keys()].map(async (event) =>
      (await api.properties(id, event)).filter(({ name }) => name === "amount" || name === "cds"),
    ),
  );
  const haveBoth = found.map((properties) => Math.min(...properties.map(({ count }) => count)));
  return [
    ...[...events].map(([event, expected]) => ({
      what: `${event} records imported`,
      actual: imported.get(event) ?? 0,
      expected,
    })),
    {
      what: `numeric properties found (amount, cds${events.size === 1 ? "" : ", of each event"})`,
      actual: found.flat().filter(({ numeric }) => numeric).length,
      expected: 2 * events.size,
    },
    { what: "  records that have both", actual: sum(haveBoth), expected: sum(events.values()) },
  ];
}

function sum(numbers: Iterable<number>): number {
  return [...numbers].reduce((total, one) => total + one, 0);
}
