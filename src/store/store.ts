// The store as everybody else sees it: import from here, whatever the part.
import type { BudgetStore } from "./imports/budgetsInterface.ts";
import type { EventStore } from "./events/interface.ts";
import type { ExportStore } from "./exports/interface.ts";
import type { ExposureStore } from "./exposures/interface.ts";
import type { ImportStore } from "./imports/interface.ts";
import type { IntegrationStore } from "./integrations/interface.ts";
import type { MaintenanceStore } from "./upkeep/maintenanceInterface.ts";
import type { MetricStore } from "./metrics/interface.ts";
import type { RouterStore } from "./routers/interface.ts";
import type { RunStore } from "./runs/interface.ts";
import type { SessionStore } from "./workspaces/sessionsInterface.ts";
import type { WorkspaceStore } from "./workspaces/interface.ts";

export * from "./imports/budgetsInterface.ts";
export * from "./events/interface.ts";
export * from "./exports/interface.ts";
export * from "./exposures/interface.ts";
export * from "./imports/interface.ts";
export * from "./integrations/interface.ts";
export * from "./imports/leasesInterface.ts";
export * from "./upkeep/maintenanceInterface.ts";
export * from "./metrics/interface.ts";
export * from "./pages.ts";
export * from "./routers/interface.ts";
export * from "./runs/interface.ts";
export * from "./workspaces/sessionsInterface.ts";
export * from "./workspaces/interface.ts";

/**
 * What the rest of the software may ask of its memory. One implementation (postgres/), one shared suite
 * (test/support/store/contract.ts). All times are epoch milliseconds by PostgreSQL's clock; all cursors are opaque strings.
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
