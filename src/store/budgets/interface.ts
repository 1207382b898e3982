// Request budgets that several integrations share.
import type { RequestBudget, RequestKind } from "../../domain/connection.ts";

export type Grant = { granted: true } | { granted: false; retryAtMs: number };

export interface BudgetStore {
  /**
   * Takes one request from a rolling budget, or says when to ask again. Any number of callers may take at once.
   * Requests count rather too early than too late, so that the provider's own rolling hour never sees one too many.
   */
  take(budget: RequestBudget, kind: RequestKind): Promise<Grant>;
  /** The provider refused a request: no other is granted before `untilMs`. */
  block(key: string, untilMs: number): Promise<void>;
}
