// Customers' secrets at rest: only the right key, for the right integration, and rotation without a gap.
import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { SyncError } from "../../src/domain/errors.ts";
import { createPostgresStore } from "../../src/store/createStore.ts";
import { decryptSecret, encryptSecret, keyIdOf, reencrypt } from "../../src/store/secrets.ts";
import { mixpanel, newWorkspace } from "../support/store/contract/harness.ts";
import { makePostgresHarness, type PostgresHarness } from "../support/store/storeDatabase.ts";

const [oldKey, newKey] = [randomBytes(32), randomBytes(32)];
const SECRET = "hunter2 é🙂";
let harness: PostgresHarness;
beforeAll(async () => {
  harness = await makePostgresHarness([oldKey]);
});
afterAll(() => harness.close());

test("a secret comes back with any configured key, and never twice the same ciphertext", () => {
  const { box, keyId } = encryptSecret(SECRET, "int_a", [oldKey]);
  expect(keyId).toBe(keyIdOf(oldKey));
  expect(decryptSecret(box, "int_a", [newKey, oldKey])).toBe(SECRET);
  expect(encryptSecret(SECRET, "int_a", [oldKey]).box).not.toEqual(box);
  expect(box.includes(SECRET)).toBe(false);
});

test("a wrong key, another integration's box or any changed byte is refused, naming the setting and never the secret", () => {
  const { box } = encryptSecret(SECRET, "int_a", [oldKey]);
  const attempts = [() => decryptSecret(box, "int_a", [newKey]), () => decryptSecret(box, "int_b", [oldKey])];
  for (let i = 0; i < box.length; i++) {
    const changed = Buffer.from(box);
    changed[i] = (changed[i] ?? 0) ^ 1;
    attempts.push(() => decryptSecret(changed, "int_a", [oldKey]));
  }
  attempts.push(() => decryptSecret(box.subarray(0, 40), "int_a", [oldKey]));
  for (const attempt of attempts) {
    const failure = errorOf(attempt);
    expect(failure).toBeInstanceOf(SyncError);
    expect(failure).toMatchObject({
      kind: "bug",
      message: expect.stringContaining("CROSSCURRENT_SECRET_KEY") as string,
    });
    expect(String(failure)).not.toContain(SECRET);
    expect(String(failure)).not.toContain(oldKey.toString("base64"));
  }
});

test("re-encrypted, a secret opens with the first key alone", () => {
  const { box } = encryptSecret(SECRET, "int_a", [oldKey]);
  const rotated = reencrypt(box, "int_a", [newKey, oldKey]);
  expect(rotated.keyId).toBe(keyIdOf(newKey));
  expect(decryptSecret(rotated.box, "int_a", [newKey])).toBe(SECRET);
  expect(errorOf(() => decryptSecret(rotated.box, "int_a", [oldKey]))).toBeInstanceOf(SyncError);
});

test("rotation: old and new key, a purge, then the new key alone", async () => {
  const workspaceId = await newWorkspace(harness.store);
  const { id } = await harness.store.integrations.create(workspaceId, { ...mixpanel(), secret: SECRET });
  const open = (secretKeys: Buffer[]) =>
    createPostgresStore({
      databaseUrl: harness.url,
      secretKeys,
      sealGraceMs: 0,
      exposureMaxAgeDays: 90,
      exposureRetentionDays: 7,
      importLookbackDays: 30,
    });
  const [both, fresh] = [open([newKey, oldKey]), open([newKey])];
  await expect(fresh.integrations.connection(id)).rejects.toMatchObject({ kind: "bug" });
  expect((await both.integrations.connection(id))?.secret).toBe(SECRET);
  await both.cleanup.purge();
  expect((await fresh.integrations.connection(id))?.secret).toBe(SECRET);
  await expect(harness.store.integrations.connection(id)).rejects.toMatchObject({ kind: "bug" });
  await Promise.all([both.close(), fresh.close()]);
});

test("the database holds neither secrets nor API keys in the clear, and a removed integration's secret not at all", async () => {
  const { workspaceId, apiKey } = await harness.store.workspaces.create("A");
  const { id } = await harness.store.integrations.create(workspaceId, { ...mixpanel(), secret: SECRET });
  const dump = async () => {
    const { rows } = await harness.admin.query<{ dump: string }>(
      `select concat((select json_agg(i) from integrations i), (select json_agg(k) from api_keys k), (select json_agg(w) from workspaces w)) as dump`,
    );
    return rows[0]?.dump ?? "";
  };
  const before = await dump();
  for (const clear of [SECRET, Buffer.from(SECRET).toString("hex"), apiKey, Buffer.from(apiKey).toString("hex")]) {
    expect(before).not.toContain(clear);
  }
  await harness.store.integrations.remove(workspaceId, id);
  const { rows } = await harness.admin.query("select secret, secret_key_id from integrations where id = $1", [id]);
  expect(rows).toEqual([{ secret: null, secret_key_id: null }]);
});

function errorOf(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  return undefined;
}
