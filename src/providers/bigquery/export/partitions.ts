// When the partition of a row expires: so long after the partition's own start, in UTC.

/** Where the partition of this hour begins. Unknown kinds are taken for days. */
function partitionStart(hourMs: number, type: string): number {
  const hour = new Date(hourMs);
  switch (type) {
    case "HOUR":
      return hourMs;
    case "MONTH":
      return Date.UTC(hour.getUTCFullYear(), hour.getUTCMonth());
    case "YEAR":
      return Date.UTC(hour.getUTCFullYear(), 0);
    default:
      return Date.UTC(hour.getUTCFullYear(), hour.getUTCMonth(), hour.getUTCDate());
  }
}

export function isExpiredHour(hourMs: number, type: string, keepsRowsMs: number, nowMs: number): boolean {
  return partitionStart(hourMs, type) + keepsRowsMs <= nowMs;
}
