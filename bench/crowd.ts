// Many integrations of the Mixpanel stand-in in some workspaces, for what they cost together.
import { setTimeout as delay } from "node:timers/promises";
import pLimit from "p-limit";
import type { IntegrationPatch, IntegrationRef } from "../src/domain/integration.ts";
import type { Machine } from "./machine.ts";
import { createProject, mixpanelIntegration } from "./tenant.ts";

const AT_ONCE = 16;
const POLL_MS = 100;
const STUCK_MS = 120_000;
const FIRST_PROJECT_ID = 1_000_000;

export interface CrowdOptions {
  integrations: number;
  /** They share them evenly. */
  workspaceIds: string[];
  directions: IntegrationPatch;
  /** The events that each of them imports. */
  events?: string[];
}

export async function createWorkspaces({ store }: Machine, count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let i = 0; i < count; i++) ids.push((await store.workspaces.create(`crowd ${i}`)).workspaceId);
  return ids;
}

export async function createCrowd(machine: Machine, options: CrowdOptions): Promise<IntegrationRef[]> {
  const { store } = machine;
  const { workspaceIds } = options;
  const limit = pLimit(AT_ONCE);
  const today = new Date().toISOString().slice(0, 10);
  return await limit.map(Array.from({ length: options.integrations }), async (_, i) => {
    const projectId = String(FIRST_PROJECT_ID + i);
    const workspaceId = workspaceIds[i % workspaceIds.length]!;
    await createProject(machine, projectId);
    const { id: integrationId } = await store.integrations.create(workspaceId, mixpanelIntegration(projectId, today));
    for (const name of options.events ?? []) {
      await store.events.create(workspaceId, integrationId, { name, description: null, source: null });
    }
    await store.integrations.update(workspaceId, integrationId, options.directions);
    return { integrationId, workspaceId, provider: "mixpanel" };
  });
}

/** Calls it for each, some at once. */
export async function forEach<T>(items: T[], call: (item: T) => Promise<unknown>): Promise<void> {
  await pLimit(AT_ONCE).map(items, call);
}

/** Resolves once each of these integrations has finished at least `runs` runs. Rejects if nothing moves for minutes. */
export async function untilRun(machine: Machine, crowd: IntegrationRef[], runs: number): Promise<void> {
  await untilReached(crowd.length * runs, () => finishedRuns(machine, crowd, runs));
}

/** How many runs they have finished, at most `runs` of each. */
export async function finishedRuns({ sql }: Machine, crowd: IntegrationRef[], runs: number): Promise<number> {
  const { rows } = await sql.query<{ done: string }>(
    `select coalesce(sum(least(finished, $2)), 0) as done from (
       select count(*) as finished from runs
       where integration_id = any($1) and finished_at_ms is not null group by integration_id) as counted`,
    [crowd.map(({ integrationId }) => integrationId), runs],
  );
  return Number(rows[0]?.done);
}

/** Resolves once the count is reached. Rejects if it does not grow for minutes. */
export async function untilReached(target: number, count: () => number | Promise<number>): Promise<void> {
  let grewAtMs = performance.now();
  for (let last = -1; ;) {
    const now = await count();
    if (now >= target) return;
    if (now > last) grewAtMs = performance.now();
    last = now;
    if (performance.now() - grewAtMs > STUCK_MS) throw new Error(`Only ${now} of ${target} came to their end.`);
    await delay(POLL_MS);
  }
}
