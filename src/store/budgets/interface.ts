// Request budgets that several integrations share.
import type { RequestBudget, RequestKind } from "../../domain/connection.ts";

/** `blocked`: the provider refused a request, so that none is granted before `retryAtMs`. */
export type Grant =
  | { granted: true; leaseId: number }
  | { granted: false; retryAtMs: number; reason: "blocked" | "used" };

export interface BudgetStore {
  /**
   * Takes one request, or says when to ask again. Counts late rather than early: the provider's limit always holds. Of
   * the workspaces that asked within the last hour, each may take an equal share. Those that asked within a day keep
   * some requests.
   */
  take(budget: RequestBudget, kind: RequestKind, workspaceId: string): Promise<Grant>;
  /** Undoes a grant whose request the provider did not count. */
  giveBack(leaseId: number): Promise<void>;
  /** The provider refused a request: no other is granted before `untilMs`. */
  block(key: string, untilMs: number): Promise<void>;
  /** Ends a block, if the workspace has used the budget. */
  unblock(key: string, workspaceId: string): Promise<void>;
}
