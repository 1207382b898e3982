// The store as everybody else sees it: import from here, whatever the part.
import type { BudgetStore } from "./budgets.ts";
import type { EventStore } from "./events.ts";
import type { ExportStore } from "./exports.ts";
import type { ExposureStore } from "./exposures.ts";
import type { ImportStore } from "./imports.ts";
import type { IntegrationStore } from "./integrations.ts";
import type { MaintenanceStore } from "./maintenance.ts";
import type { MetricStore } from "./metrics.ts";
import type { RouterStore } from "./routers.ts";
import type { RunStore } from "./runs.ts";
import type { SessionStore } from "./sessions.ts";
import type { WorkspaceStore } from "./workspaces.ts";

export * from "./budgets.ts";
export * from "./events.ts";
export * from "./exports.ts";
export * from "./exposures.ts";
export * from "./imports.ts";
export * from "./integrations.ts";
export * from "./leases.ts";
export * from "./maintenance.ts";
export * from "./metrics.ts";
export * from "./pages.ts";
export * from "./routers.ts";
export * from "./runs.ts";
export * from "./sessions.ts";
export * from "./workspaces.ts";

/**
 * What the rest of the software may ask of its memory. One implementation (postgres/), one shared suite
 * (test/store/contract.ts). All times are epoch milliseconds by PostgreSQL's clock; all cursors are opaque strings.
 * A method that takes a workspaceId answers null (or false) for what belongs to another workspace, as if it did not exist.
 */
export interface Store {
  readonly workspaces: WorkspaceStore;
  readonly sessions: SessionStore;
  readonly integrations: IntegrationStore;
  readonly events: EventStore;
  readonly exposures: ExposureStore;
  readonly exports: ExportStore;
  readonly imports: ImportStore;
  readonly metrics: MetricStore;
  readonly routers: RouterStore;
  readonly runs: RunStore;
  readonly budgets: BudgetStore;
  readonly maintenance: MaintenanceStore;
  /** PostgreSQL's clock. */
  nowMs(): Promise<number>;
  /** Rejects if the database cannot be reached. */
  ping(): Promise<void>;
  close(): Promise<void>;
}
