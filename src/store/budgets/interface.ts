// Request budgets that several integrations share.
import type { RequestBudget, RequestKind } from "../../domain/connection.ts";

export type Grant = { granted: true } | { granted: false; retryAtMs: number };

export interface BudgetStore {
  /** Takes one request, or says when to ask again. Counts late rather than early: the provider's limit always holds. */
  take(budget: RequestBudget, kind: RequestKind): Promise<Grant>;
  /** The provider refused a request: no other is granted before `untilMs`. */
  block(key: string, untilMs: number): Promise<void>;
}
