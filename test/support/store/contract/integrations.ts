// Integrations and event definitions: who sees what, what is unique, what raises which version.
import { expect, test } from "vitest";
import { ConflictError, InvalidCursorError } from "../../../../src/store/store.ts";
import { mixpanel, newEvent, newIntegration, newWorkspace, readAll, reread, type GetHarness } from "./harness.ts";

export function integrationTests(get: GetHarness): void {
  test("an integration starts off, with a look-back of 30 days", async () => {
    const { store } = get();
    const created = await newIntegration(store);
    const now = await store.nowMs();
    const expected = new Date(now - 30 * 86_400_000).toISOString().slice(0, 10);
    expect(created).toMatchObject({
      status: "idle",
      paused: false,
      version: 1,
      importFrom: expected,
      lastRun: null,
      nextRunAtMs: null,
      export: { enabled: false, sent: 0, rejected: 0, pending: 0, late: 0, completeThroughMs: null, error: null },
      import: { enabled: false, error: null },
    });
    expect(JSON.stringify(created)).not.toContain("the secret");
    expect(await store.integrations.connection(created.id)).toEqual({
      integrationId: created.id,
      workspaceId: created.workspaceId,
      provider: "mixpanel",
      settings: created.settings,
      secret: "the secret",
      importFrom: expected,
      learned: {},
    });
  });

  test("one integration per workspace and project; removing one frees its project and destroys its secret", async () => {
    const { store } = get();
    const workspaceId = await newWorkspace(store);
    const first = await store.integrations.create(workspaceId, mixpanel("p"));
    await expect(store.integrations.create(workspaceId, mixpanel("p"))).rejects.toThrow(ConflictError);
    await store.integrations.create(await newWorkspace(store), mixpanel("p"));
    expect(await store.integrations.remove(workspaceId, first.id)).toBe(true);
    expect(await store.integrations.remove(workspaceId, first.id)).toBe(true);
    expect(await store.integrations.find(first.id)).toBeNull();
    expect(await store.integrations.connection(first.id)).toBeNull();
    expect(await store.syncState.loadConfig(first.id)).toBeNull();
    await store.integrations.create(workspaceId, mixpanel("p"));
  });

  test("two creations of one project at once: one wins", async () => {
    const { store } = get();
    const workspaceId = await newWorkspace(store);
    const results = await Promise.allSettled(
      Array.from({ length: 5 }, () => store.integrations.create(workspaceId, mixpanel("p"))),
    );
    expect(results.filter((result) => result.status === "fulfilled")).toHaveLength(1);
  });

  test("nothing of another workspace can be seen or changed", async () => {
    const { store } = get();
    const theirs = await newIntegration(store);
    await newEvent(store, theirs);
    const me = await newWorkspace(store);
    const page = { cursor: null, limit: 10 };
    const { id } = theirs;
    expect(await store.integrations.get(me, id)).toBeNull();
    expect(await store.integrations.update(me, id, { exportEnabled: true, secret: "x" })).toBeNull();
    expect(await store.integrations.setPaused(me, id, true)).toBeNull();
    expect(await store.integrations.remove(me, id)).toBe(false);
    expect((await store.integrations.list(me, page)).items).toEqual([]);
    expect(await store.events.create(me, id, { name: "x", description: null, source: null })).toBeNull();
    expect(await store.events.list(me, id, page)).toBeNull();
    expect(await store.events.update(me, id, "purchase", { description: "x" })).toBeNull();
    expect(await store.events.remove(me, id, "purchase")).toBe(false);
    expect(await store.events.records(me, id, "purchase", page)).toBeNull();
    expect(await store.events.properties(me, id, "purchase")).toBeNull();
    expect(await store.runs.list(me, id, page)).toBeNull();
    expect(await store.runs.rejected(me, id, page)).toBeNull();
    expect(await store.runs.request(me, id)).toBeNull();
    const request = await store.runs.request(theirs.workspaceId, id);
    if (request === null || request === "paused") throw new Error("no request");
    expect(await store.runs.getRequest(me, id, request.requestId)).toBeNull();
    expect(await store.runs.getRequest(theirs.workspaceId, id, request.requestId)).not.toBeNull();
    expect(await reread(store, theirs)).toMatchObject({ version: 2, paused: false, export: { enabled: false } });
    expect((await store.integrations.connection(id))?.secret).toBe("the secret");
  });

  test("versions: every change raises one, what calls for a run raises both", async () => {
    const { store } = get();
    const { id, workspaceId } = await newIntegration(store);
    const versions = async () => {
      const plan = await store.syncState.loadConfig(id);
      return [plan?.version, plan?.syncVersion];
    };
    expect(await versions()).toEqual([1, 1]);
    await store.integrations.update(workspaceId, id, { exportEnabled: true });
    expect(await versions()).toEqual([2, 2]);
    await store.integrations.update(workspaceId, id, { exportEnabled: true });
    expect(await versions()).toEqual([3, 2]);
    await store.integrations.update(workspaceId, id, { exportEnabled: false });
    expect(await versions()).toEqual([4, 2]);
    await store.integrations.update(workspaceId, id, {
      secret: "another",
      settings: { serviceAccountUsername: "somebody" },
    });
    expect(await versions()).toEqual([5, 3]);
    expect(await store.integrations.connection(id)).toMatchObject({
      secret: "another",
      settings: { serviceAccountUsername: "somebody", region: "us" },
    });
    await store.events.create(workspaceId, id, { name: "a", description: null, source: null });
    expect(await versions()).toEqual([6, 4]);
    await store.events.remove(workspaceId, id, "a");
    expect(await versions()).toEqual([7, 4]);
    await store.integrations.setPaused(workspaceId, id, true);
    await store.integrations.setPaused(workspaceId, id, true);
    expect(await versions()).toEqual([8, 4]);
  });

  test("lists are paged oldest first, and take no cursor of another list", async () => {
    const { store } = get();
    const workspaceId = await newWorkspace(store);
    const ids: string[] = [];
    for (let i = 0; i < 5; i++) ids.push((await newIntegration(store, workspaceId)).id);
    const listed = await readAll((page) => store.integrations.list(workspaceId, page), 2);
    expect(listed.map(({ id }) => id)).toEqual(ids);
    const { next } = await store.integrations.list(workspaceId, { cursor: null, limit: 2 });
    if (next === null) throw new Error("no cursor");
    const other = await newWorkspace(store);
    await expect(store.integrations.list(other, { cursor: next, limit: 2 })).rejects.toThrow(InvalidCursorError);
    for (const cursor of [
      "",
      ".",
      "x",
      `${next}x`,
      `x${next}`,
      Buffer.from("[1]").toString("base64url"),
      "\0",
      "é".repeat(5_000),
    ]) {
      await expect(store.integrations.list(workspaceId, { cursor, limit: 2 })).rejects.toThrow(InvalidCursorError);
      await expect(store.syncState.list({ cursor, limit: 2 })).rejects.toThrow(InvalidCursorError);
    }
  });

  test("an event's name is unique while it exists, and free at once when it is removed", async () => {
    const { store } = get();
    const { id, workspaceId } = await newIntegration(store);
    const event = { name: "purchase", description: "bought\0", source: null };
    expect(await store.events.create(workspaceId, id, event)).toMatchObject({
      imported: 0,
      rejected: 0,
      completeThroughMs: null,
    });
    await expect(store.events.create(workspaceId, id, event)).rejects.toThrow(ConflictError);
    expect(await store.events.update(workspaceId, id, "purchase", { description: null })).toMatchObject({
      description: null,
    });
    expect(await store.events.update(workspaceId, id, "unknown", { description: null })).toBeNull();
    expect(await store.events.remove(workspaceId, id, "purchase")).toBe(true);
    expect(await store.events.remove(workspaceId, id, "purchase")).toBe(false);
    await store.events.create(workspaceId, id, event);
    await store.events.create(workspaceId, id, { name: "b", description: null, source: null });
    const listed = await readAll((page) => store.events.list(workspaceId, id, page), 1);
    expect(listed.map(({ name }) => name)).toEqual(["purchase", "b"]);
  });

  test("what the workflow mirrors shows; a pause that it has not seen yet is not undone by it", async () => {
    const { store } = get();
    const integration = await newIntegration(store);
    const { id, workspaceId } = integration;
    await newEvent(store, integration);
    await store.integrations.update(workspaceId, id, { importEnabled: true });
    await store.syncState.loadConfig(id);
    const error = { kind: "auth" as const, message: "Refused\0 \uD800", sinceMs: 5 };
    const state = {
      integrationId: id,
      paused: false,
      nextRunAtMs: 7,
      exportError: null,
      importError: null,
      eventErrors: {},
    };
    await store.syncState.recordStatus({ ...state, eventErrors: { purchase: error } });
    expect(await reread(store, integration)).toMatchObject({ status: "attention", nextRunAtMs: 7 });
    const [event] = (await store.events.list(workspaceId, id, { cursor: null, limit: 1 }))?.items ?? [];
    expect(event?.error).toEqual({ ...error, message: "Refused\uFFFD \uFFFD" });
    await store.syncState.recordStatus({ ...state, exportError: error });
    // An error of a direction that is off asks for nobody's attention.
    expect(await reread(store, integration)).toMatchObject({ status: "idle", export: { error: { kind: "auth" } } });
    await store.syncState.recordStatus({ ...state, importError: error });
    expect((await reread(store, integration)).status).toBe("attention");
    await store.syncState.recordStatus({ ...state, paused: null });
    expect(await reread(store, integration)).toMatchObject({ status: "idle", paused: false });
    await store.integrations.setPaused(workspaceId, id, true);
    expect(await store.syncState.recordStatus({ ...state, paused: null })).toBe(true);
    expect(await store.syncState.recordStatus(state)).toBe(false);
    expect((await reread(store, integration)).status).toBe("paused");
    const config = await store.syncState.loadConfig(id);
    // It has read the row but does not know of the change: what it writes began before.
    expect(await store.syncState.recordStatus({ ...state, pauseVersion: config!.pauseVersion - 1 })).toBe(false);
    expect((await reread(store, integration)).status).toBe("paused");
    expect(await store.syncState.recordStatus({ ...state, pauseVersion: config!.pauseVersion })).toBe(true);
    expect((await reread(store, integration)).paused).toBe(false);
    await store.integrations.update(workspaceId, id, { importEnabled: false });
    const { version, pauseVersion } = (await store.syncState.loadConfig(id))!;
    expect([version - 1, pauseVersion]).toEqual([config!.version, config!.pauseVersion]);
  });

  test("the reconciler sees who is behind and what nobody signalled, after a grace", async () => {
    const { store, advance } = get();
    const integration = await newIntegration(store);
    const find = async () =>
      (await store.syncState.behind(1_000)).find(({ integrationId }) => integrationId === integration.id);
    const request = await store.runs.request(integration.workspaceId, integration.id);
    if (request === null || request === "paused") throw new Error("no request");
    expect(await find()).toBeUndefined();
    await advance(60_000);
    expect(await find()).toMatchObject({ isBehind: true, requestId: request.requestId, paused: false });
    await store.syncState.loadConfig(integration.id);
    expect(await find()).toMatchObject({ isBehind: false });
    await store.integrations.remove(integration.workspaceId, integration.id);
    expect(await find()).toBeUndefined();
  });
}
