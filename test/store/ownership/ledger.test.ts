// Which workspace holds an account: the first that claims it, or one that proves it.
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { ownershipStatus, proofText, type AccountStanding } from "../../../src/domain/ownership.ts";
import {
  makePostgresHarness,
  openTestStore,
  TEST_KEY,
  type PostgresHarness,
} from "../../support/store/storeDatabase.ts";

const PROVIDER = "bigquery";
const CLAIMS = { onlyProof: false };
let harness: PostgresHarness;
let nextAccount = 1;
let accountId: string;
let address: string;
let a: string;
let b: string;

beforeAll(async () => {
  harness = await makePostgresHarness();
  a = (await harness.store.workspaces.create("a")).workspaceId;
  b = (await harness.store.workspaces.create("b")).workspaceId;
});
afterAll(() => harness.close());
beforeEach(() => {
  accountId = `1000${nextAccount}`;
  address = `sync@project-${nextAccount++}.iam.gserviceaccount.com`;
});

const ledger = () => harness.store.ownership;
const status = (standing: AccountStanding | null) => (standing === null ? null : ownershipStatus(standing));
const read = async (workspaceId: string, codes: string[] = [], mode = CLAIMS) =>
  status(await ledger().record(workspaceId, PROVIDER, { accountId, address, codes }, mode));
const claim = async (workspaceId: string) => status(await ledger().claim(workspaceId, PROVIDER, accountId));
const attemptedAt = async () => {
  const { rows } = await harness.admin.query<{ attempted: string | null }>(
    "select attempted_at_ms as attempted from account_claims where account_id = $1",
    [accountId],
  );
  return rows[0]?.attempted;
};
const found = async (workspaceId: string) => status(await ledger().find(workspaceId, PROVIDER, address));

test("the first that claims an account holds it, and a reading by another changes nothing", async () => {
  expect(await found(a)).toBeNull();
  expect(await read(a)).toBe("unproven");
  expect(await claim(a)).toBe("claimed");
  expect(await claim(b)).toBe("elsewhere");
  expect(await read(b)).toBe("elsewhere");
  expect([await found(a), await found(b)]).toEqual(["claimed", "elsewhere"]);
});

test("of two that claim at once, one holds it", async () => {
  await read(a);
  const both = await Promise.all(Array.from({ length: 20 }, (_, i) => claim(i % 2 === 0 ? a : b)));
  expect(new Set(both)).toEqual(new Set(["claimed", "elsewhere"]));
  const after = [await found(a), await found(b)];
  expect(new Set(after)).toEqual(new Set(["claimed", "elsewhere"]));
  expect(both.filter((_, i) => i % 2 === 0).every((one) => one === after[0])).toBe(true);
  expect([await claim(a), await claim(b)]).toEqual(after);
});

test("a proof beats a claim, and two proofs live side by side", async () => {
  const [codeA, codeB] = [await ledger().codeOf(a), await ledger().codeOf(b)];
  await read(a);
  await claim(a);
  expect(await read(b, [codeB])).toBe("proven");
  // The former holder sees it at once, before it reads anything itself.
  expect([await found(a), await found(b)]).toEqual(["elsewhere", "proven"]);
  expect(await read(a, [codeA, codeB])).toBe("proven");
  expect([await found(a), await found(b)]).toEqual(["proven", "proven"]);
  // The one that was there first stays when both proofs go.
  expect(await read(a)).toBe("elsewhere");
  expect(await found(b)).toBe("claimed");
});

test("a proof gives the account to its workspace, also if another one reads it", async () => {
  const codeA = await ledger().codeOf(a);
  // No workspace holds it yet.
  expect(await read(b, [codeA])).toBe("elsewhere");
  expect([await claim(b), await found(a), await found(b)]).toEqual(["elsewhere", "proven", "elsewhere"]);
  // The other one claimed it first, and reads it before the owner does.
  accountId = `${accountId}-claimed`;
  await read(b);
  expect(await claim(b)).toBe("claimed");
  expect(await read(b, [codeA])).toBe("elsewhere");
  expect([await claim(b), await found(a)]).toEqual(["elsewhere", "proven"]);
  expect(await attemptedAt()).not.toBeNull();
  expect(await read(b, [], { onlyProof: true })).toBe("unproven");
  expect(await read(b, [codeA], { onlyProof: true })).toBe("elsewhere");
  // Two codes: the reader's own counts for the reader.
  accountId = `${accountId}-both`;
  expect(await read(b, [codeA, await ledger().codeOf(b)])).toBe("proven");
  // A reading of before its code was known.
  accountId = `${accountId}-old`;
  await read(b);
  await harness.admin.query("update account_claims set codes = $1 where account_id = $2", [[codeA], accountId]);
  expect(await claim(b)).toBe("elsewhere");
});

test("where only a proof counts, a workspace without it loses the account", async () => {
  const code = await ledger().codeOf(a);
  const onlyProof = { onlyProof: true };
  expect(await read(a, [code], onlyProof)).toBe("proven");
  expect(await read(b, [code], onlyProof)).toBe("elsewhere");
  expect(await read(b, [], onlyProof)).toBe("unproven");
  expect(await found(a)).toBe("unproven");
});

test("an account that was made anew is another one", async () => {
  await read(a);
  await claim(a);
  await harness.advance(1_000);
  accountId = `${accountId}-again`;
  expect(await read(b)).toBe("unproven");
  expect(await claim(b)).toBe("claimed");
  expect([await found(a), await found(b)]).toEqual(["elsewhere", "claimed"]);
});

test("a claim goes with its workspace alone", async () => {
  const { workspaceId } = await harness.store.workspaces.create("c");
  await read(workspaceId);
  await claim(workspaceId);
  expect(await found(a)).toBe("elsewhere");
  await harness.admin.query("delete from api_keys where workspace_id = $1", [workspaceId]);
  await harness.admin.query("delete from workspaces where id = $1", [workspaceId]);
  expect(await found(a)).toBeNull();
});

test("a code is short, of its workspace alone, and stays when the keys change", async () => {
  const code = await ledger().codeOf(a);
  expect(code).toMatch(/^[0-9a-hjkmnp-tv-z]{16}$/);
  expect(await ledger().codeOf(b)).not.toBe(code);
  const rotated = openTestStore(harness.url, [Buffer.alloc(32, 9), TEST_KEY]);
  const another = openTestStore(harness.url, [Buffer.alloc(32, 8)]);
  expect([await rotated.ownership.codeOf(a), await another.ownership.codeOf(a)]).toEqual([code, code]);
  await Promise.all([rotated.close(), another.close()]);
  await expect(ledger().codeOf("ws_unknown")).rejects.toThrow("no such workspace");
});

test("an integration shows status and code, and its holder sees attempts for a month", async () => {
  const input = {
    provider: PROVIDER,
    settings: { serviceAccountEmail: address },
    secret: null,
    importFrom: null,
    project: { key: address, name: "it" },
    account: address,
    deliversUpdates: true,
  };
  const { integrations } = harness.store;
  const mine = await integrations.create(a, input);
  const theirs = await integrations.create(b, input);
  const code = await ledger().codeOf(a);
  expect(mine.ownership).toEqual({ status: "unproven", code, attemptedAtMs: null });
  await read(a);
  await claim(a);
  await ledger().noteAttempt(PROVIDER, accountId);
  const atMs = await harness.store.nowMs();
  const seen = (await integrations.get(a, mine.id))?.ownership;
  expect(seen).toMatchObject({ status: "claimed", code });
  expect(Math.abs((seen?.attemptedAtMs ?? 0) - atMs)).toBeLessThan(5_000);
  const other = { status: "elsewhere", code: await ledger().codeOf(b), attemptedAtMs: null };
  expect((await integrations.get(b, theirs.id))?.ownership).toEqual(other);
  await harness.advance(31 * 86_400_000);
  expect((await integrations.get(a, mine.id))?.ownership).toMatchObject({ status: "claimed", attemptedAtMs: null });
  // The claim outlives the integration.
  await integrations.remove(a, mine.id);
  await harness.store.cleanup.purge();
  expect([await found(a), await found(b)]).toEqual(["claimed", "elsewhere"]);
  // Another account of the same integration is another matter.
  const moved = `other-${address}`;
  const change = { settings: { serviceAccountEmail: moved }, account: moved };
  expect((await integrations.update(b, theirs.id, change))?.ownership).toMatchObject({ status: "unproven" });
});

test("an account is due for a look once a day, by one of the integrations on it", async () => {
  const ledgerOf = harness.store.ownership;
  const input = {
    provider: PROVIDER,
    settings: { serviceAccountEmail: address },
    secret: null,
    importFrom: null,
    project: { key: `due ${address}`, name: "it" },
    account: address,
    deliversUpdates: true,
  };
  const mine = await harness.store.integrations.create(a, input);
  const theirs = await harness.store.integrations.create(b, input);
  await harness.advance(25 * 3_600_000);
  await ledgerOf.dueForLook(1_000);
  await read(a);
  expect(await ledgerOf.dueForLook(1_000)).toEqual([]);
  await harness.advance(25 * 3_600_000);
  const due = await Promise.all([ledgerOf.dueForLook(1_000), ledgerOf.dueForLook(1_000)]);
  const ours = due.flat().filter((id) => id === mine.id || id === theirs.id);
  expect(ours).toHaveLength(1);
  // It could not be read; it is tried again in a day.
  expect(await ledgerOf.dueForLook(1_000)).toEqual([]);
});

test("attempts before a takeover are no news for the new holder", async () => {
  await read(a);
  await claim(a);
  await ledger().noteAttempt(PROVIDER, accountId);
  await read(b, [await ledger().codeOf(b)]);
  expect(await attemptedAt()).toBeNull();
  expect(proofText("x")).toBe("crosscurrent:x");
});
