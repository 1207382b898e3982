// Request budgets that several integrations share.
export interface BudgetStore {
  /**
   * Takes one request from a rolling budget, or says when to ask again. Safe against any number of takers at once;
   * counts rather too early than too late, so that the far side's own rolling hour never sees one too many.
   */
  take(
    budget: { key: string; maxPerHour: number; maxPerSecond: number; reservedPerHour: number },
    kind: "backfill" | "increment",
  ): Promise<{ granted: true } | { granted: false; retryAtMs: number }>;
  /** The far side refused: nobody gets a request before then. */
  block(key: string, untilMs: number): Promise<void>;
}
