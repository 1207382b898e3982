// What the demo does with each provider, and the counts that all providers share.
import type { Api } from "./api.ts";
import type { Bars } from "./bars.ts";
import { bucketKey, type DemoExposure } from "./exposures.ts";
import type { CountedEvent } from "./metric.ts";
import type { Line } from "./report.ts";

export interface Direction {
  label: string;
  total: number;
  look(): Promise<{ done: number; isMiddle: boolean }>;
}

export interface DemoProvider {
  name: string;
  /** Creates the customer's project and fills it with the purchases through a client of the provider. */
  load(bars: Bars, signal: AbortSignal): Promise<void>;
  /** Creates the integration and its events, with both directions off. Returns the integration's id. */
  connect(api: Api): Promise<string>;
  /** The table line about the kill in the middle of the export. */
  exportKill: string;
  /** The event that the demo's metric counts. */
  counted: CountedEvent;
  directions(api: Api, id: string): { exporting: Direction; importing: Direction };
  /** Counts what both ends hold, through their public APIs. */
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

/** The rows of the destination: one per bucket, at the bucket's latest time. */
export function destinationLines(where: string, held: DemoExposure[], buckets: Map<string, number>): Line[] {
  const times = new Map(held.map((row) => [bucketKey(row, row.timestamp), row.timestamp]));
  const right = [...buckets].filter(([key, timeMs]) => times.get(key) === timeMs).length;
  return [
    { what: where, actual: held.length, expected: buckets.size },
    { what: "  of these, buckets at their latest time", actual: right, expected: buckets.size },
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
    { what: "  records with both properties", actual: sum(haveBoth), expected: sum(events.values()) },
  ];
}

function sum(numbers: Iterable<number>): number {
  return [...numbers].reduce((total, one) => total + one, 0);
}
