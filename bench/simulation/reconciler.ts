// Passes of the reconciler itself over integrations in memory. Counts what it asks of PostgreSQL and of Temporal.
import { reconcile, type WorkflowControl } from "../../src/activities/reconcile.ts";
import type { IntegrationRef } from "../../src/domain/integration.ts";
import { overdueGraceMs, type Spread } from "../../src/domain/schedule.ts";
import type { SyncStateStore } from "../../src/store/syncState/interface.ts";

/** Temporal's own, for lists of workflows. */
const WORKFLOWS_PER_PAGE = 1_000;

/** What one pass asked for. */
export interface PassCost {
  statements: number;
  rows: number;
  temporalCalls: number;
  listPages: number;
  signals: number;
}

export interface Rows {
  ids: string[];
  /** When the run of each is due, as the store shows it. */
  nextRunAtMs: (integrationId: string) => number;
  nowMs: number;
  /** Whether the hourly list of all workflows is due. */
  isListDue: boolean;
}

export async function passOf(given: Rows, spread: Spread): Promise<PassCost> {
  const cost: PassCost = { statements: 0, rows: 0, temporalCalls: 0, listPages: 0, signals: 0 };
  const context = { signal: new AbortController().signal, heartbeat: () => {} };
  const store = { syncState: storeOf(given, spread, cost) };
  await reconcile({ store }, controlOf(given, cost), spread.jitterMs)(undefined, context);
  return cost;
}

function refOf(integrationId: string): IntegrationRef {
  return { integrationId, workspaceId: "workspace", provider: "mixpanel" };
}

function storeOf({ ids, nextRunAtMs, nowMs, isListDue }: Rows, { jitterMs }: Spread, cost: PassCost) {
  const statement = <T>(result: T, rows = 1): Promise<T> => {
    cost.statements++;
    cost.rows += rows;
    return Promise.resolve(result);
  };
  const isOverdue = (id: string) => nextRunAtMs(id) < nowMs - overdueGraceMs(jitterMs);
  const store: Partial<SyncStateStore> = {
    noteWorker: () => statement(undefined),
    countIntegrations: () => statement(ids.length),
    claimList: () => statement(isListDue),
    forgetList: () => statement(undefined),
    unended: () => statement([], 0),
    behind: (limit) => {
      const overdue = ids.filter((id) => isOverdue(id)).slice(0, limit);
      const rows = overdue.map((id) => ({
        ...refOf(id),
        paused: false,
        isBehind: false,
        isOverdue: true,
        requestId: null,
      }));
      return statement(rows, rows.length);
    },
    list: ({ cursor, limit }) => {
      const from = Number(cursor ?? 0);
      const items = ids.slice(from, from + limit).map((id) => ({ ...refOf(id), paused: false }));
      const next = from + limit < ids.length ? String(from + limit) : null;
      return statement({ items, next }, items.length);
    },
  };
  return store as SyncStateStore;
}

function controlOf({ ids }: Rows, cost: PassCost): WorkflowControl {
  const signal = () => {
    cost.temporalCalls++;
    cost.signals++;
    return Promise.resolve();
  };
  return {
    configChanged: signal,
    restore: signal,
    repeatSync: signal,
    end: signal,
    wake: signal,
    countRunning: () => {
      cost.temporalCalls++;
      return Promise.resolve(ids.length);
    },
    async *running() {
      for (const [i, id] of ids.entries()) {
        if (i % WORKFLOWS_PER_PAGE === 0) {
          cost.temporalCalls++;
          cost.listPages++;
        }
        yield id;
      }
    },
    // Worker versioning is off.
    async *outdated() {},
  };
}
