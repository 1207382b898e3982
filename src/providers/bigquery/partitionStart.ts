// Where the partition of a time begins, in UTC.

const GRANULARITIES = ["HOUR", "DAY", "MONTH", "YEAR"] as const;
export type Granularity = (typeof GRANULARITIES)[number];

/** `type` of a table's time partitioning. BigQuery's default is days. */
export function granularityOf(type: string | undefined): Granularity {
  return GRANULARITIES.find((one) => one === type?.toUpperCase()) ?? "DAY";
}

export function partitionStart(epochMs: number, granularity: Granularity): number {
  const date = new Date(epochMs);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
  switch (granularity) {
    case "HOUR":
      return date.setUTCMinutes(0, 0, 0);
    case "DAY":
      return date.setUTCHours(0, 0, 0, 0);
    case "MONTH":
      return Date.UTC(year, month);
    case "YEAR":
      return Date.UTC(year, 0);
  }
}
