// A pass of the reconciler with a Temporal that refuses, and with more lost workflows than one pass restores.
import { expect, test } from "vitest";
import { reconcile, type WorkflowControl } from "../../src/activities/reconcile.ts";
import type { Store } from "../../src/store/store.ts";

type SyncStateStore = Store["syncState"];
type Behind = Awaited<ReturnType<SyncStateStore["behind"]>>[number];

const HOUR_MS = 3_600_000;
const CONTEXT = { heartbeat: () => {}, signal: new AbortController().signal };
const ref = (integrationId: string) => {
  return { integrationId, workspaceId: "w", provider: "mixpanel" as const, paused: false };
};

class FakeWorld implements WorkflowControl {
  calls: [name: string, integrationId: string, atMs?: number][] = [];
  refused = new Set<string>();
  workflows: string[] = [];
  old: string[] = [];
  integrations: string[] = [];
  behindRows: Behind[] = [];
  isListClaimed = false;

  private async note(name: string, integrationId: string, atMs?: number): Promise<void> {
    if (this.refused.has(integrationId)) throw new Error("refused");
    this.calls.push(atMs === undefined ? [name, integrationId] : [name, integrationId, atMs]);
  }
  configChanged: WorkflowControl["configChanged"] = ({ integrationId }) => this.note("configChanged", integrationId);
  restore: WorkflowControl["restore"] = ({ integrationId }, atMs) => this.note("restore", integrationId, atMs);
  repeatSync: WorkflowControl["repeatSync"] = ({ integrationId }) => this.note("repeatSync", integrationId);
  end = (integrationId: string) => this.note("end", integrationId);
  wake = (integrationId: string) => this.note("wake", integrationId);
  countRunning = async () => this.workflows.length;
  async *running() {
    yield* this.workflows;
  }
  async *outdated() {
    yield* this.old;
  }

  pass(maxSpreadMs = 0) {
    const syncState: Partial<SyncStateStore> = {
      noteWorker: async () => {},
      countIntegrations: async () => this.integrations.length,
      claimList: async () => {
        const isFree = !this.isListClaimed;
        this.isListClaimed = true;
        return isFree;
      },
      forgetList: async () => void (this.isListClaimed = false),
      list: async () => ({ items: this.integrations.map(ref), next: null }),
      behind: async () => this.behindRows,
      unended: async () => [],
    };
    const activity = reconcile({ store: { syncState: syncState as SyncStateStore } }, this, maxSpreadMs);
    return () => activity(undefined, CONTEXT);
  }
}

const row = (id: string, facts: Partial<Behind>): Behind => {
  return { ...ref(id), isBehind: false, isOverdue: false, requestId: null, ...facts };
};

test("one workflow that refuses signals stops no other's repair", async () => {
  const world = new FakeWorld();
  world.behindRows = [row("a", { isBehind: true }), row("b", { isBehind: true, requestId: "r" })];
  world.old = ["a", "c"];
  world.refused.add("a");
  expect(await world.pass()()).toMatchObject({ signalled: 1, upgraded: 1, failed: 2 });
  expect(world.calls).toEqual([
    ["configChanged", "b"],
    ["repeatSync", "b"],
    ["wake", "c"],
  ]);
});

test("many that refuse stop nobody's either; a Temporal that does not answer ends the pass", async () => {
  const world = new FakeWorld();
  world.behindRows = Array.from({ length: 50 }, (_, i) => row(`i${i}`, { isBehind: true }));
  for (const { integrationId } of world.behindRows) world.refused.add(integrationId);
  world.behindRows.push(row("last", { isBehind: true }));
  expect(await world.pass()()).toMatchObject({ signalled: 1, failed: 50 });
  let answers = 0;
  world.countRunning = async () => {
    if (++answers > 1) throw new Error("no answer");
    return 0;
  };
  await expect(world.pass()()).rejects.toThrow("no answer");
});

test("lists that fail stop no signal, and a pass shows what it did", async () => {
  const world = new FakeWorld();
  world.behindRows = [row("a", { isBehind: true })];
  world.countRunning = () => Promise.reject(new Error("no visibility"));
  // oxlint-disable-next-line require-yield
  world.outdated = async function* () {
    throw new Error("no such deployment");
  };
  expect(await world.pass()()).toMatchObject({ signalled: 1, failed: 2 });
  expect(world.calls).toEqual([["configChanged", "a"]]);
});

test("what is overdue or outdated is signalled once, not with each pass, and the others get their turn", async () => {
  const world = new FakeWorld();
  world.behindRows = [row("late", { isOverdue: true })];
  world.old = Array.from({ length: 250 }, (_, i) => `i${i}`);
  const pass = world.pass();
  expect(await pass()).toMatchObject({ signalled: 1, upgraded: 200 });
  expect(await pass()).toMatchObject({ signalled: 0, upgraded: 50 });
  world.behindRows = [row("late", { isOverdue: true, isBehind: true })];
  expect(await pass()).toMatchObject({ signalled: 1, upgraded: 0 });
});

test("lost workflows above the limit of a pass come with the next one, their first runs spread", async () => {
  const world = new FakeWorld();
  world.integrations = Array.from({ length: 1_500 }, (_, i) => `i${i}`);
  const pass = world.pass(HOUR_MS);
  const beforeMs = Date.now();
  expect(await pass()).toMatchObject({ started: 1_000 });
  const waits = world.calls.map(([, , atMs]) => atMs! - beforeMs);
  expect(waits.filter((ms) => ms > 60_000).length).toBeGreaterThan(500);
  expect(Math.max(...waits)).toBeLessThan(1_000_000 + 60_000);
  world.workflows = world.calls.map(([, id]) => id);
  expect(await pass()).toMatchObject({ started: 500 });
  expect(world.isListClaimed).toBe(true);
});
