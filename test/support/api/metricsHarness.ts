// An API with two imported events, out of which metrics are made.
import { randomUUID } from "node:crypto";
import type { AdmissionSettings } from "../../../src/http/admission/admission.ts";
import { NO_PROGRESS } from "../../../src/domain/progress.ts";
import { createHarness, createIntegration, type Answer, type Harness } from "./harness.ts";

export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;
export const REVENUE = { event: "purchase", aggregation: "sum", property: "amount" };
const EVENTS = ["purchase", "visit"];

interface Imported {
  event?: string;
  userId: string;
  atMs: number;
  properties?: object;
  /** What discovery hears of it, if that is not all: values within a value have a path. */
  fields?: Record<string, unknown>;
}

export interface MetricsHarness extends Harness {
  integrationId: string;
  /** Midnight in UTC. */
  todayMs: number;
  define: (json: object) => Promise<Answer>;
  importRows: (rows: Imported[]) => Promise<void>;
}

export async function createMetricsHarness(limits: Partial<AdmissionSettings> = {}): Promise<MetricsHarness> {
  const api = await createHarness({}, limits);
  const integrationId = await createIntegration(api.call, "1");
  for (const eventId of EVENTS) await api.call(`/v1/integrations/${integrationId}/events`, { json: { eventId } });
  const nowMs = await api.store.nowMs();
  return {
    ...api,
    integrationId,
    todayMs: nowMs - (nowMs % DAY_MS),
    define: (json) => api.call("/v1/metrics", { json: { integrationId, ...json } }),
    async importRows(rows) {
      const complete = rows.map(({ event = "purchase", userId, atMs, properties = {}, fields: heard }) => {
        const fields = heard ?? (properties as Record<string, unknown>);
        const user = { userIds: [userId], timestampMs: atMs, versionMs: null };
        return { event, uuid: randomUUID(), ...user, properties: JSON.stringify(properties), fields };
      });
      const chunk = { integrationId, runId: "run", events: EVENTS, from: NO_PROGRESS, rejected: [] };
      await api.store.imports.commitChunk({ ...chunk, rows: complete, progress: null });
      await api.store.imports.discoverProperties(integrationId, () => []);
    },
  };
}
