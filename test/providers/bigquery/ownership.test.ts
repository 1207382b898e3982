// A service account serves one workspace: the first that can use it, or the one whose code is in its description.
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { SHARED_START_TIMEOUT_MS } from "../../../dev/standins/bigquery/sharedEmulator.ts";
import type { Connection } from "../../../src/domain/connection.ts";
import { proofText } from "../../../src/domain/ownership.ts";
import type { Connector } from "../../../src/providers/connector.ts";
import { createCustomer, type Customer, DATASET } from "../../support/providers/bigquery.ts";

const MINUTE_MS = 60_000;
const lease = async () => async () => {};
let customer: Customer;

beforeEach(async () => {
  customer = await createCustomer();
}, SHARED_START_TIMEOUT_MS);
afterEach(() => customer.close());

const page = { cursor: null, limit: 10 };
const datasets = async (connector: Connector, connection: Connection): Promise<string[]> => {
  const list = await connector.browse?.datasets(connection, page);
  return (list?.items ?? []).map(({ id }) => id);
};
const proofOf = async ({ workspaceId }: Connection) => proofText(await customer.ledger.codeOf(workspaceId));
const describeAs = (text: string) => customer.control.describeAccount(customer.email, text);
/** All requests of the project but the look at the account, and the tokens. */
async function used(): Promise<Record<string, number>> {
  const { requests, tokensIssued } = await customer.control.counters(customer.projectId);
  const others = Object.entries(requests).filter(([operation]) => operation !== "iam.serviceAccounts.get");
  return { ...Object.fromEntries(others.map(([operation, { total }]) => [operation, total])), tokensIssued };
}
const looks = async () =>
  (await customer.control.counters(customer.projectId)).requests["iam.serviceAccounts.get"]?.total ?? 0;

test("the first workspace claims the account by using it; another gets no token and no name", async () => {
  const connector = customer.connector();
  const other = customer.inOther();
  expect(await datasets(connector, customer.connection)).toEqual([DATASET]);
  const before = await used();
  // In the same process, with a token of the account in memory, and in another one.
  for (const each of [connector, customer.connector()]) {
    await expect(datasets(each, other)).rejects.toMatchObject({
      kind: "permission",
      message: expect.stringMatching(/Another workspace uses/),
    });
    const [step, ...more] = await each.testConnection(other, [], lease);
    expect(step).toMatchObject({
      name: "ownership",
      ok: false,
      message: expect.stringContaining(await proofOf(other)),
    });
    expect([step?.lacksGrant, more]).toEqual([undefined, []]);
    await expect(each.ownership?.check(other)).rejects.toMatchObject({ kind: "permission" });
  }
  expect(await used()).toEqual(before);
  expect([...customer.ledger.accounts.values()].map(({ attempts }) => attempts)).toEqual([6]);
  expect(await datasets(connector, customer.connection)).toEqual([DATASET]);
});

test("an account with another workspace's proof gives no token, whether or not one was claimed before", async () => {
  const other = customer.inOther();
  await describeAs(await proofOf(customer.connection));
  const before = await used();
  const refused = { kind: "permission", message: expect.stringMatching(/Another workspace uses/) };
  await expect(datasets(customer.connector(), other)).rejects.toMatchObject(refused);
  expect(await used()).toEqual(before);
  await describeAs("");
  customer.ledger.accounts.clear();
  expect(await datasets(customer.connector(), other)).toEqual([DATASET]);
  await describeAs(await proofOf(customer.connection));
  const [step] = await customer.connector().testConnection(other, [], lease);
  expect(step).toMatchObject({ name: "ownership", ok: false });
});

test("the proof takes the account over, at once, and the former holder loses its token with it", async () => {
  const [first, second] = [customer.connector(), customer.connector()];
  const other = customer.inOther();
  await datasets(first, customer.connection);
  await describeAs(`Syncs exposures. ${await proofOf(other)}`);
  // Without a fresh look nothing has changed yet; the test takes one.
  await expect(datasets(second, other)).rejects.toMatchObject({ kind: "permission" });
  expect(await second.testConnection(other, [], lease)).toMatchObject([{ name: "ownership", ok: true }, ...OTHERS]);
  expect(await datasets(second, other)).toEqual([DATASET]);
  const before = await used();
  await expect(datasets(first, customer.connection)).rejects.toMatchObject({ kind: "permission" });
  expect(await used()).toEqual(before);
});

const OTHERS = Array.from({ length: 4 }, () => ({ ok: true }));

test("both proofs in one description serve two workspaces", async () => {
  const connector = customer.connector();
  const other = customer.inOther();
  await describeAs(`${await proofOf(other)} ${await proofOf(customer.connection)}`);
  expect(await datasets(connector, customer.connection)).toEqual([DATASET]);
  expect(await datasets(connector, other)).toEqual([DATASET]);
});

test("of workspaces that race for an account, one gets it, and no other sees a name", async () => {
  const connector = customer.connector();
  const racers = [customer.connection, customer.inOther(), customer.inOther(), customer.inOther()];
  const results = await Promise.allSettled(racers.map((racer) => datasets(connector, racer)));
  expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  const { requests } = await customer.control.counters(customer.projectId);
  expect(requests["datasets.list"]?.total).toBe(1);
});

test("no workspace holds an account that was deleted and made anew", async () => {
  const connector = customer.connector();
  const other = customer.inOther();
  await datasets(connector, customer.connection);
  await customer.control.deleteAccount(customer.email);
  await customer.grant(["jobUser", "readSessionUser", "dataEditor"]);
  customer.ledger.advance(16 * MINUTE_MS);
  expect(await datasets(connector, other)).toEqual([DATASET]);
  await expect(datasets(connector, customer.connection)).rejects.toMatchObject({ kind: "permission" });
});

describe("where only the proof counts", () => {
  test("nothing goes without it, and its end is the end", async () => {
    const connector = customer.connector({ ownership: "description" });
    expect(connector.ownership?.needsProof).toBe(true);
    const [step, ...more] = await connector.testConnection(customer.connection, [], lease);
    expect([step?.ok, step?.message, more]).toEqual([false, expect.stringContaining("not proven"), []]);
    expect(await used()).toEqual({ tokensIssued: 0 });
    await describeAs(await proofOf(customer.connection));
    await connector.testConnection(customer.connection, [], lease);
    expect(await datasets(connector, customer.connection)).toEqual([DATASET]);
    await describeAs("");
    customer.ledger.advance(16 * MINUTE_MS);
    const before = await used();
    await expect(datasets(connector, customer.connection)).rejects.toMatchObject({ kind: "permission" });
    expect(await used()).toEqual(before);
  });

  test("a claim from before does not count", async () => {
    await datasets(customer.connector(), customer.connection);
    const connector = customer.connector({ ownership: "description" });
    await expect(datasets(connector, customer.connection)).rejects.toMatchObject({ kind: "permission" });
  });
});

describe("accounts of this service itself", () => {
  const step = async (sourcePrincipal: string) =>
    (await customer.connector({ sourcePrincipal }).testConnection(customer.connection, [], lease))[0];

  test("its own account is refused without a look at it", async () => {
    expect(await step(customer.email)).toMatchObject({
      ok: false,
      message: expect.stringMatching(/belongs to this service itself/),
    });
    expect(await looks()).toBe(0);
  });

  test("so is every account of its own project", async () => {
    const neighbour = `other@${customer.projectId}.iam.gserviceaccount.com`;
    expect(await step(neighbour)).toMatchObject({
      name: "ownership",
      ok: false,
      message: expect.stringMatching(/Create one in your own/),
    });
    expect(await looks()).toBe(0);
    expect(await step("other@another-project.iam.gserviceaccount.com")).toMatchObject({ ok: true });
  });
});

describe("the look at the account", () => {
  test("is taken once in a quarter of an hour, and with each test", async () => {
    const connector = customer.connector();
    for (let i = 0; i < 3; i++) await datasets(connector, customer.connection);
    expect(await looks()).toBe(1);
    customer.ledger.advance(16 * MINUTE_MS);
    for (let i = 0; i < 3; i++) await datasets(connector, customer.connection);
    expect(await looks()).toBe(2);
    await connector.ownership?.check(customer.connection);
    expect(await looks()).toBe(3);
  });

  test("takes away what lost its proof, or gives it to who has one, and claims nothing", async () => {
    const connector = customer.connector({ ownership: "description" });
    const other = customer.inOther();
    const holders = () => [...customer.ledger.accounts.values()].map(({ holder }) => holder);
    await connector.ownership?.look(customer.connection);
    expect(holders()).toEqual([null]);
    await describeAs(await proofOf(customer.connection));
    await connector.ownership?.look(customer.connection);
    expect(holders()).toEqual([customer.connection.workspaceId]);
    await describeAs(await proofOf(other));
    await connector.ownership?.look(customer.connection);
    expect(holders()).toEqual([other.workspaceId]);
    expect(await used()).toEqual({ tokensIssued: 0 });
  });

  test("may fail in passing for a day", async () => {
    const connector = customer.connector();
    await datasets(connector, customer.connection);
    await customer.control.addFault(customer.projectId, { kind: "backend_error", target: "iam.serviceAccounts.get" });
    customer.ledger.advance(23 * 60 * MINUTE_MS);
    expect(await datasets(connector, customer.connection)).toEqual([DATASET]);
    customer.ledger.advance(2 * 60 * MINUTE_MS);
    await expect(datasets(connector, customer.connection)).rejects.toMatchObject({ kind: "transient" });
  });

  test("needs the same grant as a token, which the message names with our address", async () => {
    await customer.control.putAccount(customer.email, { sourceTokens: ["somebody-else"] });
    const sourcePrincipal = "ours@operator.iam.gserviceaccount.com";
    const [first, ...more] = await customer
      .connector({ sourcePrincipal })
      .testConnection(customer.connection, [], lease);
    expect(first).toMatchObject({ name: "ownership", ok: false, lacksGrant: true });
    expect(first?.message).toContain(`(roles/iam.serviceAccountTokenCreator) to ${sourcePrincipal}`);
    expect(more).toEqual([]);
  });

  test("says that an account is disabled", async () => {
    await customer.control.putAccount(customer.email, { disabled: true });
    const [first] = await customer.connector().testConnection(customer.connection, [], lease);
    expect(first).toMatchObject({ ok: false, message: expect.stringContaining("is disabled") });
    expect(first?.lacksGrant).toBeUndefined();
  });
});

test("a database that does not answer is not taken for BigQuery", async () => {
  customer.ledger.find = () => Promise.reject(new Error("connection to 10.0.0.1 refused"));
  const failure = datasets(customer.connector(), customer.connection);
  await expect(failure).rejects.toMatchObject({ kind: "transient", message: expect.stringContaining("the database") });
  await expect(failure).rejects.not.toMatchObject({ message: expect.stringContaining("10.0.0.1") });
});
