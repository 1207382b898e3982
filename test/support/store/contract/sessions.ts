// Browser sessions: what opens one, how long it lasts, what ends it.
import { expect, test } from "vitest";
import { SESSION_IDLE_MS, SESSION_MAX_AGE_MS, type Store } from "../../../../src/store/store.ts";
import { eventually } from "../../eventually.ts";
import { HOUR_MS, type GetHarness } from "./harness.ts";

const FIRST = { cursor: null, limit: 1 };

export function sessionTests(get: GetHarness): void {
  test("a key opens sessions of its workspace, each with a token of its own; nothing else does", async () => {
    const { store } = get();
    const { workspaceId, apiKey } = await store.workspaces.create("Acme");
    const workspace = { id: workspaceId, name: "Acme" };
    const first = await open(store, apiKey);
    const second = await open(store, apiKey);
    expect(first).toMatch(/^[\w-]{43}$/);
    expect(second).not.toBe(first);
    for (const token of [first, second]) {
      const key = { keyId: expect.stringMatching(/^key_/) as string, name: "First key" };
      expect(await store.sessions.find(token)).toEqual({ workspace, scopes: ["admin"], key });
    }
    expect(await store.workspaces.get(workspaceId)).toEqual(workspace);
    for (const wrong of ["", `${apiKey}x`, "cck_", first, "\0"]) expect(await store.sessions.open(wrong)).toBeNull();
    for (const wrong of ["", `${first}x`, apiKey, first.replace(/.$/, "!"), "\0"]) {
      expect(await store.sessions.find(wrong)).toBeNull();
    }
  });

  test("signing out ends that session alone", async () => {
    const { store } = get();
    const { apiKey } = await store.workspaces.create("Acme");
    const [first, second] = [await open(store, apiKey), await open(store, apiKey)];
    await store.sessions.end(first);
    await store.sessions.end(first);
    expect(await store.sessions.find(first)).toBeNull();
    expect(await store.sessions.find(second)).not.toBeNull();
  });

  test("one that nobody uses is over after its idle time, a used one at its greatest age", async () => {
    const { store, advance } = get();
    const { apiKey, workspaceId } = await store.workspaces.create("Acme");
    const [unused, used] = [await open(store, apiKey), await open(store, apiKey)];
    const lastUsedAtMs = async () => (await store.keys.list(workspaceId, FIRST)).items[0]?.lastUsedAtMs ?? 0;
    for (let ageMs = 0; ageMs < SESSION_MAX_AGE_MS - HOUR_MS; ageMs += SESSION_IDLE_MS - HOUR_MS) {
      const nowMs = await store.nowMs();
      expect(await store.sessions.find(used)).not.toBeNull();
      // A use is recorded apart from the answer, that of a new session not at all.
      if (ageMs > 0) await eventually(async () => (await lastUsedAtMs()) >= nowMs);
      await advance(SESSION_IDLE_MS - HOUR_MS);
    }
    expect(await store.sessions.find(unused)).toBeNull();
    await advance(12 * HOUR_MS);
    expect(await store.sessions.find(used)).toBeNull();
  });
}

async function open(store: Store, apiKey: string): Promise<string> {
  const opened = await store.sessions.open(apiKey);
  if (opened === null) throw new Error("The key opens no session.");
  return opened.token;
}
