// What a BigQuery integration has of its own: no secret, a dataset in its identity, sources of events, revisions in
// its export.
import type { Integration } from "../../../../src/domain/integration.ts";
import { expect, test } from "vitest";
import { ConflictError } from "../../../../src/store/store.ts";
import { exposure } from "./exposures.ts";
import {
  HOUR_MS,
  SOURCE,
  bigQuery,
  commitRows,
  discover,
  mixpanel,
  newIntegration,
  newWorkspace,
  readAll,
  reread,
  row,
  type GetHarness,
} from "./harness.ts";

export function bigQueryTests(get: GetHarness): void {
  configurationTests(get);
  discoveryTests(get);
  exportTests(get);
}

function configurationTests(get: GetHarness): void {
  test("settings come back as they went in, the secret is empty, and new credentials are a new address", async () => {
    const { store } = get();
    const input = { ...bigQuery(), importFrom: "2026-01-31" };
    const { settings } = input;
    const { id, workspaceId, importFrom, ...created } = await newIntegration(store, undefined, input);
    expect(created).toMatchObject({ provider: "bigquery", settings });
    expect(created.settings).toEqual(settings);
    const own = { integrationId: id, workspaceId, provider: "bigquery", settings };
    const connection = { ...own, secret: "", importFrom, learned: {} };
    expect(importFrom).toBe("2026-01-31");
    expect(await store.integrations.connection(id)).toEqual(connection);
    const before = await store.syncState.loadConfig(id);
    const serviceAccountEmail = "other@my-project.iam.gserviceaccount.com";
    await store.integrations.update(workspaceId, id, { settings: { serviceAccountEmail } });
    expect(await store.integrations.connection(id)).toEqual({
      ...connection,
      settings: { ...settings, serviceAccountEmail },
    });
    const after = await store.syncState.loadConfig(id);
    expect(after?.syncVersion).toBe((before?.syncVersion ?? 0) + 1);
  });

  test("one integration per workspace, project and dataset; none counts as a dataset of its own", async () => {
    const { store } = get();
    const workspaceId = await newWorkspace(store);
    const create = (datasetId: string | null, projectId: string) =>
      store.integrations.create(workspaceId, bigQuery(datasetId, projectId));
    const first = await create("a", "my-project");
    for (const [dataset, project] of [
      ["A", "my-project"],
      [null, "my-project"],
      ["a", "my-project-2"],
    ] as const) {
      await create(dataset, project);
      await expect(create(dataset, project)).rejects.toThrow(ConflictError);
    }
    await expect(create("a", "my-project")).rejects.toThrow(/project my-project and dataset a already/);
    await store.integrations.create(workspaceId, mixpanel("my-project"));
    await store.integrations.create(await newWorkspace(store), bigQuery("a", "my-project"));
    await store.integrations.remove(workspaceId, first.id);
    await create("a", "my-project");
  });

  test("an event keeps its source; a chunk finds the definitions that exist", async () => {
    const { store } = get();
    const integration = await newIntegration(store, undefined, bigQuery());
    const { id, workspaceId } = integration;
    const odd = { ...SOURCE, tableName: "Großhandel 2026-01", timestampFieldName: "a=b|c" };
    await store.events.create(workspaceId, id, { name: "purchase", description: null, source: SOURCE });
    await store.events.create(workspaceId, id, { name: "b", description: null, source: odd });
    const listed = await readAll((page) => store.events.list(workspaceId, id, page), 1);
    expect(listed.map(({ name, source }) => ({ name, source }))).toEqual([
      { name: "purchase", source: SOURCE },
      { name: "b", source: odd },
    ]);
    expect(await store.events.update(workspaceId, id, "b", { description: "x" })).toMatchObject({ source: odd });
    expect(await store.imports.definitions(id)).toEqual([
      { name: "purchase", source: SOURCE },
      { name: "b", source: odd },
    ]);
    expect(await store.imports.definitions(id, ["b", "unknown"])).toEqual([{ name: "b", source: odd }]);
    expect(await store.imports.definitions(id, [])).toEqual([]);
    await store.events.remove(workspaceId, id, "purchase");
    expect(await store.imports.definitions(id, ["purchase", "b"])).toEqual([{ name: "b", source: odd }]);
    // A page that was read before the removal: its rows are dropped, the others stay.
    const rows = [row(1, "{}"), row(2, "{}", { event: "b" })];
    const stored = await commitRows(store, integration, rows, { events: ["purchase", "b"] });
    expect(stored).toMatchObject({ imported: 1, stale: false });
    // Defined anew with another source, it begins anew.
    await store.events.create(workspaceId, id, { name: "purchase", description: null, source: odd });
    expect(await store.imports.definitions(id, ["purchase"])).toEqual([{ name: "purchase", source: odd }]);
    expect((await store.imports.progress(id))["purchase"]).toEqual({ completeThroughMs: null, unfinished: null });
  });
}

function discoveryTests(get: GetHarness): void {
  test("a field within fields has its example, and a plain name with a dot its own", async () => {
    const { store } = get();
    const integration = await newIntegration(store, undefined, bigQuery());
    const { workspaceId, id } = integration;
    await store.events.create(workspaceId, id, { name: "purchase", description: null, source: SOURCE });
    const text = '{"price":{"net":12345678901234567890.5,"gross":2},"price.gross":3}';
    await commitRows(store, integration, [row(1, text, { fields: { "price.net": 0, "price.gross": 0 } })]);
    await discover(store, integration);
    expect((await store.events.properties(workspaceId, id, "purchase"))?.properties).toMatchObject([
      { name: "price.gross", numeric: true, example: "3" },
      { name: "price.net", numeric: true, example: "12345678901234567890.5" },
    ]);
  });

  test("the column that holds the user has no example, whatever its name and case", async () => {
    const { store } = get();
    const integration = await newIntegration(store, undefined, bigQuery());
    const { id, workspaceId } = integration;
    const source = { ...SOURCE, userIdFieldName: "Customer_Key" };
    await store.events.create(workspaceId, id, { name: "purchase", description: null, source });
    await commitRows(store, integration, [row(1, '{"customer_key": "somebody", "amount": 3}')]);
    await discover(store, integration);
    expect((await store.events.properties(workspaceId, id, "purchase"))?.properties).toMatchObject([
      { name: "amount", example: "3" },
      { name: "customer_key", example: null, count: 1 },
    ]);
  });
}

function exportTests(get: GetHarness): void {
  /** A BigQuery integration, and a run that counts. */
  async function begin() {
    const { store } = get();
    const integration = await newIntegration(store, undefined, bigQuery());
    const hourMs = Math.floor((await store.nowMs()) / HOUR_MS - 5) * HOUR_MS;
    return { store, integration, hourMs, ...integration, ...helpers(get, integration) };
  }

  test("a revision is pending again and delivered again, and its bucket counts once", async () => {
    const { store, workspaceId, hourMs, seal, deliver, counts } = await begin();
    await store.exposures.ingest(
      workspaceId,
      ["a", "b", "c"].map((user) => exposure(user, hourMs)),
    );
    const throughSeq = await seal();
    expect(await deliver("run 1", 0, throughSeq)).toEqual({ users: ["a", "b", "c"], records: 3 });
    expect(await counts()).toMatchObject({ sent: 3, pending: 0, late: 0 });
    // Late, once earlier than the bucket's time (no revision), once later, and a bucket made late.
    await store.exposures.ingest(workspaceId, [exposure("b", hourMs + 5), exposure("d", hourMs)]);
    await store.exposures.ingest(workspaceId, [exposure("a", hourMs)]);
    const laterSeq = await seal();
    expect(await counts()).toMatchObject({ sent: 3, pending: 2, late: 2 });
    expect(await deliver("run 2", throughSeq, laterSeq)).toEqual({ users: ["b", "d"], records: 2 });
    expect(await counts()).toMatchObject({ sent: 4, pending: 0, late: 2 });
    // The same bucket again, twice in one run.
    await store.exposures.ingest(workspaceId, [exposure("b", hourMs + 6)]);
    await seal();
    await store.exposures.ingest(workspaceId, [exposure("b", hourMs + 7)]);
    const lastSeq = await seal();
    expect(await counts()).toMatchObject({ sent: 4, pending: 1, late: 2 });
    expect(await deliver("run 3", laterSeq, lastSeq)).toEqual({ users: ["b"], records: 1 });
    expect(await counts()).toMatchObject({ sent: 4, pending: 0, late: 2 });
  });

  test("a bucket revised before it was ever delivered is pending once and delivered once", async () => {
    const { store, workspaceId, hourMs, seal, deliver, counts } = await begin();
    await store.exposures.ingest(workspaceId, [exposure("a", hourMs), exposure("b", hourMs)]);
    await seal();
    await store.exposures.ingest(workspaceId, [exposure("a", hourMs + 5)]);
    const throughSeq = await seal();
    expect(await counts()).toMatchObject({ sent: 0, pending: 2, late: 1 });
    expect(await deliver("run", 0, throughSeq)).toEqual({ users: ["b", "a"], records: 2 });
    expect(await counts()).toMatchObject({ sent: 2, pending: 0 });
  });

  test("a revision made while its bucket is on its way does not take it out of the run", async () => {
    const { store, workspaceId, hourMs, seal, read, deliver, counts } = await begin();
    await store.exposures.ingest(workspaceId, [exposure("a", hourMs), exposure("b", hourMs)]);
    const throughSeq = await seal();
    // Another integration's run seals between the bound and the reading.
    await store.exposures.ingest(workspaceId, [exposure("a", hourMs + 5)]);
    const laterSeq = await seal();
    expect(await read(0, throughSeq)).toMatchObject([
      { seq: 1, userId: "a", timeMs: hourMs + 5 },
      { seq: 2, userId: "b", timeMs: hourMs },
    ]);
    await deliver("run 1", 0, throughSeq);
    expect(await counts()).toMatchObject({ sent: 2, pending: 1 });
    expect(await deliver("run 2", throughSeq, laterSeq)).toEqual({ users: ["a"], records: 1 });
    expect(await counts()).toMatchObject({ sent: 2, pending: 0 });
  });

  test("refused, then revised: listed once and counted once; a rewound cursor counts buckets anew", async () => {
    const { store, integration, id, workspaceId, hourMs, seal, read, deliver, counts } = await begin();
    await store.exposures.ingest(workspaceId, [exposure("a", hourMs), exposure("b", hourMs)]);
    const throughSeq = await seal();
    const refuse = async (userId: string, after: number, through: number) => {
      const buckets = await read(after, through);
      const rejected = buckets
        .filter((bucket) => bucket.userId === userId)
        .map((bucket) => ({ bucket, reason: "too large" }));
      const progress = { cursorSeq: through, sent: buckets.length - rejected.length, rejected };
      expect(await store.exports.commit(id, "run", after, progress)).toBe(true);
    };
    await refuse("a", 0, throughSeq);
    expect(await counts()).toMatchObject({ sent: 1, rejected: 1, pending: 0 });
    await store.exposures.ingest(workspaceId, [exposure("a", hourMs + 5), exposure("b", hourMs + 5)]);
    const laterSeq = await seal();
    expect(await counts()).toMatchObject({ sent: 1, rejected: 1, pending: 2 });
    await refuse("a", throughSeq, laterSeq);
    expect(await counts()).toMatchObject({ sent: 1, rejected: 1, pending: 0 });
    expect(await readAll((page) => store.runs.rejected(workspaceId, integration.id, page), 10)).toHaveLength(1);
    await store.exports.rewind(id, throughSeq);
    expect(await counts()).toMatchObject({ sent: 1, rejected: 1, pending: 2 });
    await store.exports.rewind(id, 0);
    expect(await counts()).toMatchObject({ sent: 0, rejected: 0, pending: 2 });
    expect((await deliver("run again", 0, laterSeq)).users.toSorted()).toEqual(["a", "b"]);
    expect(await counts()).toMatchObject({ sent: 2, rejected: 0, pending: 0 });
  });
}

/** A run's steps as the activities take them. */
function helpers(get: GetHarness, integration: Integration) {
  const { store } = get();
  const { id, workspaceId } = integration;
  const read = (afterSeq: number, throughSeq: number) =>
    store.exports.readBuckets({ workspaceId, withRevisions: true, afterSeq, throughSeq, limit: 1_000 });
  return {
    read,
    seal: async () => (await store.exposures.seal(workspaceId)).throughSeq,
    counts: async () => (await reread(store, integration)).export,
    /** Delivers a stretch in a run of its own: whom it read, and what the run counts. */
    deliver: async (runId: string, after: number, through: number) => {
      const run = { integrationId: id, runId, startedAtMs: await store.nowMs(), requestIds: [], finished: null };
      await store.runs.record({ ...run, directions: [{ direction: "export", outcome: null }] });
      const buckets = await read(after, through);
      const progress = { cursorSeq: through, sent: buckets.length, rejected: [] };
      expect(await store.exports.commit(id, runId, after, progress)).toBe(true);
      const { lastRun } = await reread(store, integration);
      return { users: buckets.map(({ userId }) => userId), records: lastRun?.directions[0]?.records };
    },
  };
}
