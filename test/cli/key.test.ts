// `crosscurrent key` as operators run it.
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Store } from "../../src/store/store.ts";
import { runCommand } from "../support/cli/runCommand.ts";
import { openTestStore } from "../support/store/storeDatabase.ts";
import { createTestDatabase, type TestDatabase } from "../support/store/testDatabase.ts";

let database: TestDatabase;
let store: Store;
beforeAll(async () => {
  database = await createTestDatabase();
  store = openTestStore(database.url);
});
afterAll(async () => {
  await store.close();
  await database.drop();
});

const run = (args: string[]) => runCommand(args, { DATABASE_URL: database.url });

test("key create prints the key once, list shows it without its text, revoke ends it", async () => {
  const { workspaceId } = await store.workspaces.create("keys");
  const created = await run(["key", "create", workspaceId, "the shop", "--scopes", "exposures,chat"]);
  const key = JSON.parse(created.stdout) as { id: string; key: string };
  expect(key).toMatchObject({ name: "the shop", scopes: ["chat", "exposures"], expiresAt: null });
  expect(await store.keys.authenticate(key.key)).toMatchObject({ workspaceId, scopes: ["chat", "exposures"] });
  const list = await run(["key", "list", workspaceId, "--json"]);
  const listed = list.stdout.trim().split("\n");
  expect(listed.map((line) => (JSON.parse(line) as { name: string }).name)).toEqual(["First key", "the shop"]);
  expect(list.stdout).not.toContain(key.key);
  expect(await run(["key", "revoke", workspaceId, key.id])).toMatchObject({ code: 0 });
  expect(await store.keys.authenticate(key.key)).toBeNull();
});

test("key commands refuse what is no scope, time, workspace or key", async () => {
  const { workspaceId } = await store.workspaces.create("keys");
  const create = (...more: string[]) => run(["key", "create", workspaceId, "a key", ...more]);
  for (const scopes of ["", "chat,everything", "Admin"]) {
    expect(await create("--scopes", scopes)).toMatchObject({ code: 2 });
  }
  expect(await create()).toMatchObject({ code: 2 });
  for (const time of ["2020-01-31T00:00:00Z", "tomorrow", "2099-01-31"]) {
    expect(await create("--scopes", "read", "--expires", time)).toMatchObject({ code: 2 });
  }
  expect(await create("--scopes", "read", "--expires", "2099-01-31T00:00:00Z")).toMatchObject({ code: 0 });
  expect(await run(["key", "create", "ws_none", "a key", "--scopes", "read"])).toMatchObject({ code: 1 });
  expect(await run(["key", "revoke", workspaceId, "key_none"])).toMatchObject({ code: 1 });
});
