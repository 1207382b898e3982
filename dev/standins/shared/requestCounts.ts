// How many requests of a kind a stand-in answered, by status.

export interface RequestCount {
  total: number;
  byStatus: Record<string, number>;
  /** Requests without an answer. */
  reset: number;
}

/** `status` is null if there was no answer. */
export function countRequest(counts: Record<string, RequestCount>, kind: string, status: number | null): void {
  const count = (counts[kind] ??= { total: 0, byStatus: {}, reset: 0 });
  count.total++;
  if (status === null) count.reset++;
  else count.byStatus[status] = (count.byStatus[status] ?? 0) + 1;
}
