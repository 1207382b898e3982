// The store's interface. Code outside of this folder imports from here; only composition roots import createStore.ts.
import type { BudgetStore } from "./budgets/interface.ts";
import type { EventStore } from "./events/interface.ts";
import type { ExportStore } from "./exports/interface.ts";
import type { ExposureStore } from "./exposures/interface.ts";
import type { GrantWaitStore } from "./grantWaits/interface.ts";
import type { ImportStore } from "./imports/interface.ts";
import type { IntegrationStore } from "./integrations/interface.ts";
import type { KeyStore } from "./keys/interface.ts";
import type { MetricStore } from "./metrics/interface.ts";
import type { OwnershipStore } from "./ownership/interface.ts";
import type { RouterStore } from "./routers/interface.ts";
import type { RunStore } from "./runs/interface.ts";
import type { ServerStore } from "./servers/interface.ts";
import type { SessionStore } from "./sessions/interface.ts";
import type { SyncStateStore } from "./syncState/interface.ts";
import type { UsageStore } from "./usage/interface.ts";
import type { WorkspaceStore } from "./workspaces/interface.ts";

export * from "./errors.ts";
export * from "./exposures/interface.ts";
export type { KeyAccess } from "./keys/interface.ts";
export * from "./metrics/interface.ts";
export * from "./routers/interface.ts";
export * from "./sessions/interface.ts";
export type { UsageStore } from "./usage/interface.ts";
export { requestLimiter } from "./budgets/requestLimiter.ts";

export interface CleanupStore {
  /** Also drops expired partitions of exposures and makes the next ones. Returns how many rows it deleted. */
  purge(progressed?: () => void): Promise<number>;
}

/**
 * Times are epoch milliseconds by PostgreSQL's clock, cursors are opaque strings. A method that takes a workspaceId
 * returns null (or false) for objects of other workspaces, as if they did not exist.
 */
export interface Store {
  readonly workspaces: WorkspaceStore;
  readonly keys: KeyStore;
  readonly servers: ServerStore;
  readonly sessions: SessionStore;
  readonly integrations: IntegrationStore;
  readonly ownership: OwnershipStore;
  readonly grantWaits: GrantWaitStore;
  readonly events: EventStore;
  readonly exposures: ExposureStore;
  readonly exports: ExportStore;
  readonly imports: ImportStore;
  readonly metrics: MetricStore;
  readonly routers: RouterStore;
  readonly usage: UsageStore;
  readonly runs: RunStore;
  readonly budgets: BudgetStore;
  readonly syncState: SyncStateStore;
  readonly cleanup: CleanupStore;
  nowMs(): Promise<number>;
  /** Rejects if the database cannot be reached. */
  ping(): Promise<void>;
  /** True if this process cannot use the database although a new one could. */
  isStuck(): boolean;
  close(): Promise<void>;
}
