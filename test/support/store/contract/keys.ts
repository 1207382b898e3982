// API keys: what they give access to, how many a workspace has, what ends them and the sessions that they opened.
import { expect, test } from "vitest";
import type { NewApiKey } from "../../../../src/domain/apiKey.ts";
import { MAX_KEYS_PER_WORKSPACE } from "../../../../src/domain/limits.ts";
import { ConflictError } from "../../../../src/store/store.ts";
import { eventually } from "../../eventually.ts";
import { HOUR_MS, type GetHarness } from "./harness.ts";

const READER: NewApiKey = { name: "reader", scopes: ["read"], expiresAtMs: null };

export function keyTests(get: GetHarness): void {
  test("an API key belongs to its workspace and nothing else does", async () => {
    const { store } = get();
    const { workspaceId, apiKey } = await store.workspaces.create("Acme\0");
    expect(apiKey).toMatch(/^cck_[\w-]{43}$/);
    expect(await store.keys.authenticate(apiKey)).toMatchObject({ workspaceId, scopes: ["admin"], expiresAtMs: null });
    for (const wrong of [`${apiKey}x`, apiKey.slice(0, -1), "", "cck_", "\0"]) {
      expect(await store.keys.authenticate(wrong)).toBeNull();
    }
  });

  test("a workspace has several keys, each with its scopes; the list shows none's text", async () => {
    const { store } = get();
    const { workspaceId } = await store.workspaces.create("Acme");
    const both = await create(workspaceId, { ...READER, scopes: ["chat", "exposures"] });
    const reader = await create(workspaceId);
    expect(await store.keys.authenticate(both.text)).toMatchObject({ workspaceId, scopes: ["chat", "exposures"] });
    expect(await store.keys.authenticate(reader.text)).toMatchObject({ workspaceId, scopes: ["read"] });
    const first = await store.keys.list(workspaceId, { cursor: null, limit: 2 });
    const rest = await store.keys.list(workspaceId, { cursor: first.next, limit: 2 });
    const all = [...first.items, ...rest.items];
    expect(all.map(({ name }) => name).toSorted()).toEqual(["First key", "reader", "reader"]);
    expect(rest.next).toBeNull();
    for (const { text, key } of [both, reader]) {
      expect(text.startsWith(key.hint ?? "none")).toBe(true);
      expect(JSON.stringify(all)).not.toContain(text);
    }
    expect((await store.keys.list("ws_other", { cursor: null, limit: 10 })).items).toEqual([]);
    expect(await store.keys.create("ws_other", READER)).toBeNull();
  });

  test("a key that is revoked ends with its sessions; nobody else's is", async () => {
    const { store } = get();
    const [own, other] = [await store.workspaces.create("own"), await store.workspaces.create("other")];
    const { text, key } = await create(own.workspaceId);
    const session = await store.sessions.open(text);
    expect(await store.keys.revoke(other.workspaceId, key.id)).toBe(false);
    expect(await store.sessions.find(session?.token ?? "")).toMatchObject({ scopes: ["read"] });
    expect(await store.keys.revoke(own.workspaceId, key.id)).toBe(true);
    expect(await store.keys.revoke(own.workspaceId, key.id)).toBe(false);
    expect(await store.keys.authenticate(text)).toBeNull();
    expect(await store.sessions.open(text)).toBeNull();
    expect(await store.sessions.find(session?.token ?? "")).toBeNull();
    expect(await store.keys.authenticate(own.apiKey)).not.toBeNull();
  });

  test("a key that expires ends with its sessions, and stays in the list", async () => {
    const { store, advance } = get();
    const { workspaceId } = await store.workspaces.create("Acme");
    const expiresAtMs = (await store.nowMs()) + HOUR_MS;
    const { text, key } = await create(workspaceId, { ...READER, expiresAtMs });
    const session = await store.sessions.open(text);
    expect(await store.keys.authenticate(text)).toMatchObject({ expiresAtMs });
    await advance(HOUR_MS);
    expect(await store.keys.authenticate(text)).toBeNull();
    expect(await store.sessions.open(text)).toBeNull();
    expect(await store.sessions.find(session?.token ?? "")).toBeNull();
    const { items } = await store.keys.list(workspaceId, { cursor: null, limit: 10 });
    expect(items.map(({ id }) => id)).toContain(key.id);
  });

  test("the last use is known, of the key itself and of its sessions", async () => {
    const { store, advance } = get();
    const { workspaceId } = await store.workspaces.create("Acme");
    const { text, key } = await create(workspaceId);
    const lastUse = async () => {
      const { items } = await store.keys.list(workspaceId, { cursor: null, limit: 10 });
      return items.find(({ id }) => id === key.id)?.lastUsedAtMs ?? 0;
    };
    expect(await lastUse()).toBe(0);
    await store.keys.authenticate(text);
    const first = await eventually(lastUse, (ms) => ms > 0);
    const session = await store.sessions.open(text);
    await advance(HOUR_MS);
    await store.sessions.find(session?.token ?? "");
    await eventually(lastUse, (ms) => ms >= first + HOUR_MS);
    await advance(HOUR_MS);
    await store.keys.authenticate(text);
    await eventually(lastUse, (ms) => ms >= first + 2 * HOUR_MS);
  });

  test("creations at the same time do not exceed the limit", async () => {
    const { store } = get();
    const { workspaceId } = await store.workspaces.create("Acme");
    const tries = Array.from({ length: MAX_KEYS_PER_WORKSPACE + 20 }, () => store.keys.create(workspaceId, READER));
    const refused = (await Promise.allSettled(tries)).filter((one) => one.status === "rejected");
    expect(refused.map(({ reason }) => reason instanceof ConflictError)).toEqual(Array(21).fill(true));
    const { items } = await store.keys.list(workspaceId, { cursor: null, limit: 1_000 });
    expect(items).toHaveLength(MAX_KEYS_PER_WORKSPACE);
  });

  async function create(workspaceId: string, key: NewApiKey = READER) {
    const created = await get().store.keys.create(workspaceId, key);
    if (created === null) throw new Error("There is no such workspace.");
    return created;
  }
}
