// Rejected buckets, and all, are sent again to Mixpanel, and the worker dies between the delivery and its commit.
import { afterAll, beforeAll, expect, test } from "vitest";
import { type MixpanelStandIn, startMixpanelStandIn } from "../../dev/standins/mixpanel/server.ts";
import { exportBatch } from "../../src/activities/exportBatch.ts";
import type { ActivityDependencies } from "../../src/activities/dependencies.ts";
import { resendRejected } from "../../src/activities/resendRejected.ts";
import type { Connector } from "../../src/providers/connector.ts";
import { createMixpanelConnector } from "../../src/providers/mixpanel/connector.ts";
import { exposure } from "../support/store/contract/exposures.ts";
import { HOUR_MS, mixpanel, newIntegration, reread } from "../support/store/contract/harness.ts";
import { makePostgresHarness, type PostgresHarness } from "../support/store/storeDatabase.ts";
import { ACTIVITY_SETTINGS } from "../support/activities.ts";

const EVENT = "Inworld Router Exposure";
const BUCKETS = 3_000;
/** A filter drops the buckets of four users in five. */
const isDropped = (i: number) => i % 5 !== 1;
const REJECTED = 2_400;

let standIn: MixpanelStandIn;
let harness: PostgresHarness;
beforeAll(async () => {
  [standIn, harness] = await Promise.all([startMixpanelStandIn(), makePostgresHarness()]);
});
afterAll(() => Promise.all([standIn.stop(), harness.close()]));

/** Dies once the far side has stored the first part: before its commit, or after it. */
function dying(connector: Connector, moment: "before" | "after"): Connector {
  return {
    ...connector,
    async *exportBuckets(connection, job) {
      for await (const progress of connector.exportBuckets(connection, job)) {
        if (moment === "after") yield progress;
        throw new Error("killed");
      }
    },
  };
}

function dependenciesOf(connector: Connector): ActivityDependencies {
  return {
    store: harness.store,
    connectors: { mixpanel: connector, bigquery: connector },
    settings: ACTIVITY_SETTINGS,
  };
}

test("each bucket is in Mixpanel once and counted once, whenever the worker dies", async () => {
  const { store } = harness;
  const integration = await newIntegration(store, undefined, {
    ...mixpanel("4711"),
    settings: {
      projectId: "4711",
      region: "us",
      projectTime: "utc",
      serviceAccountUsername: "sync.4711.mp-service-account",
    },
    secret: "sa-secret-4711",
  });
  const { id: integrationId, workspaceId } = integration;
  await store.integrations.update(workspaceId, integrationId, { exportEnabled: true });
  await standIn.control.putProject("4711", {
    dropFilter: { property: "variant_id", values: ["dropped"] },
    invented: { droppedCountAsImported: false },
  });
  const hourMs = Math.floor((await store.nowMs()) / HOUR_MS - 5) * HOUR_MS;
  const users = Array.from({ length: BUCKETS }, (_, i) => exposure(i === 0 ? "anonymous" : `user-${i}`, hourMs));
  await store.exposures.ingest(
    workspaceId,
    users.map((one, i) => ({ ...one, variantId: isDropped(i) ? "dropped" : "kept" })),
  );
  const { throughSeq } = await store.exposures.seal(workspaceId);

  const connector = createMixpanelConnector({ ingestionUrl: standIn.origin, settleMs: 0, exportEventName: EVENT });
  const context = { signal: new AbortController().signal, heartbeat: () => {} };
  const run = { integrationId, runId: "run" };
  const counts = async () => {
    const { sent, rejected } = (await reread(store, integration)).export;
    return { sent, rejected };
  };
  await exportBatch(dependenciesOf(connector))(
    { ...run, afterSeq: 0, throughSeq, highWatermark: { throughSeq, throughMs: 0 } },
    context,
  );
  expect(await counts()).toEqual({ sent: BUCKETS - REJECTED, rejected: REJECTED });

  await standIn.control.putProject("4711", { dropFilter: null });
  await store.runs.requestResend(workspaceId, integrationId, null);
  for (const moment of ["before", "after"] as const) {
    const killed = resendRejected(dependenciesOf(dying(connector, moment)));
    await expect(killed(run, context)).rejects.toThrow("killed");
  }
  expect(await resendRejected(dependenciesOf(connector))(run, context)).toEqual({});

  expect(await counts()).toEqual({ sent: BUCKETS - 1, rejected: 1 });
  const stored = await standIn.control.count("4711", { events: [EVENT] });
  expect(stored.deduped).toBe(BUCKETS - 1);
  expect(stored.stored).toBeGreaterThan(stored.deduped);
  const rejected = await store.runs.rejected(workspaceId, integrationId, { cursor: null, limit: 10 });
  expect(rejected?.items).toMatchObject([{ reason: expect.stringContaining("must not be a disallowed value") }]);
  expect(await store.exports.hasMarked(integrationId)).toBe(false);
  await connector.close();
});

test("a rate limit says when to go on and keeps the marks", async () => {
  const { store } = harness;
  const [row] = (
    await harness.admin.query<{ id: string; workspace_id: string }>("select id, workspace_id from integrations")
  ).rows;
  if (row === undefined) throw new Error("There is no integration.");
  await store.runs.requestResend(row.workspace_id, row.id, null);
  await standIn.control.addFault("4711", { kind: "rate_limited", target: "import", times: 1 });
  const connector = createMixpanelConnector({ ingestionUrl: standIn.origin, settleMs: 0, exportEventName: EVENT });
  const context = { signal: new AbortController().signal, heartbeat: () => {} };
  const result = await resendRejected(dependenciesOf(connector))({ integrationId: row.id, runId: "run" }, context);
  expect(result.retryAtMs).toBeGreaterThan(Date.now());
  expect(await store.exports.hasMarked(row.id)).toBe(true);
  await connector.close();
});

test("everything is sent again, and each bucket counts once, whenever the worker dies", async () => {
  const { store } = harness;
  const [row] = (
    await harness.admin.query<{ id: string; workspace_id: string }>("select id, workspace_id from integrations")
  ).rows;
  if (row === undefined) throw new Error("There is no integration.");
  const { id: integrationId, workspace_id: workspaceId } = row;
  const counts = async () => {
    const { sent, rejected, pending } = (await store.integrations.get(workspaceId, integrationId))!.export;
    return { sent, rejected, pending };
  };
  const { throughSeq } = await store.exposures.seal(workspaceId);
  await store.exports.requestResend(workspaceId, integrationId, null);
  expect(await counts()).toEqual({ sent: 0, rejected: 0, pending: BUCKETS });
  const before = await standIn.control.count("4711", { events: [EVENT] });

  const connector = createMixpanelConnector({ ingestionUrl: standIn.origin, settleMs: 0, exportEventName: EVENT });
  const context = { signal: new AbortController().signal, heartbeat: () => {} };
  const input = { integrationId, runId: "run", afterSeq: 0, throughSeq, highWatermark: { throughSeq, throughMs: 0 } };
  for (const moment of ["before", "after"] as const) {
    const killed = exportBatch(dependenciesOf(dying(connector, moment)));
    await expect(killed(input, context)).rejects.toThrow("killed");
  }
  expect(await exportBatch(dependenciesOf(connector))(input, context)).toEqual({ cursorSeq: throughSeq });

  expect(await counts()).toEqual({ sent: BUCKETS - 1, rejected: 1, pending: 0 });
  const stored = await standIn.control.count("4711", { events: [EVENT] });
  expect(stored.deduped).toBe(before.deduped);
  expect(stored.stored).toBeGreaterThanOrEqual(before.stored + BUCKETS - 1);
  await connector.close();
});
