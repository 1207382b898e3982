// Tokens of impersonated accounts: asked for once, renewed before they end, asked for anew once refused.
import { afterEach, beforeEach, expect, test } from "vitest";
import { SHARED_START_TIMEOUT_MS, startSharedBigQuery } from "../../../dev/standins/bigquery/sharedEmulator.ts";
import { type Clients, createClients } from "../../../src/providers/bigquery/clients.ts";
import type { Operation } from "../../../src/providers/bigquery/errors.ts";
import { createMemoryLedger } from "../../support/providers/memoryLedger.ts";
import { createCustomer, type Customer, DATASET } from "../../support/providers/bigquery.ts";

let customer: Customer;
let clients: Clients;

beforeEach(async () => {
  customer = await createCustomer();
  const { restUrl, storageUrl, iamUrl, sourceToken, control } = await startSharedBigQuery();
  await control.close();
  const names = { exportTable: "t", stagingPrefix: "s", lookbackMs: 0 };
  const addresses = { restUrl, storageUrl, iamCredentialsUrl: iamUrl, iamUrl };
  clients = createClients({ ...addresses, sourceToken, ...names }, createMemoryLedger());
}, SHARED_START_TIMEOUT_MS);
afterEach(async () => {
  await clients.close();
  await customer.close();
});

const issued = async (): Promise<number> => (await customer.control.counters(customer.projectId)).tokensIssued;
const look = (signal = new AbortController().signal) => {
  const operation: Operation = { action: "reading the dataset", about: DATASET };
  return clients.call({ connection: customer.connection, signal }, operation, async () => {
    const client = await clients.bigQueryOf(customer.connection);
    const answer: unknown = await client.dataset(DATASET).getMetadata();
    return answer;
  });
};

test("many calls at once ask for one token, and REST and gRPC share it", async () => {
  await Promise.all(Array.from({ length: 8 }, () => look()));
  const { callOptions } = await clients.readClientOf(customer.connection);
  expect(callOptions.otherArgs.headers.authorization).toMatch(/^Bearer \S+$/);
  expect(await issued()).toBe(1);
});

test("a token that ends soon is renewed before it is used", async () => {
  await customer.control.putAccount(customer.email, {
    grants: [{ role: "roles/bigquery.dataViewer", projectId: customer.projectId }],
    tokenLifetimeMaxSeconds: 200,
  });
  await look();
  const before = await issued();
  await look();
  expect(await issued()).toBeGreaterThan(before);
});

test("a token that was revoked is replaced within the call; refused for good, it is an error of auth", async () => {
  await look();
  await customer.control.revokeTokens(customer.email);
  await look();
  expect(await issued()).toBe(2);
  await customer.control.addFault(customer.projectId, { kind: "unauthenticated", target: "datasets.get" });
  await expect(look()).rejects.toMatchObject({ kind: "auth" });
});

test("once the account may be impersonated it can be used at once", async () => {
  await customer.control.deleteAccount(customer.email);
  await expect(look()).rejects.toMatchObject({ kind: "permission" });
  await customer.grant(["dataViewer"]);
  await expect(look()).resolves.toBeDefined();
});

test("a failure that passes is tried again twice, one that stays is told", async () => {
  const { control, projectId } = customer;
  await control.addFault(projectId, { kind: "backend_error_html", target: "datasets.get", times: 2 });
  await look();
  await control.addFault(projectId, { kind: "reset", target: "datasets.get" });
  await expect(look()).rejects.toMatchObject({ kind: "transient" });
  const { requests } = await control.counters(projectId);
  expect(requests["datasets.get"]?.total).toBe(6);
});

test("a call that is not answered ends when it is asked to, with the reason it was given", async () => {
  await customer.control.addFault(customer.projectId, { kind: "hang", target: "datasets.get" });
  const stop = new AbortController();
  const reason = new Error("stop");
  const call = look(stop.signal);
  const asked = async () => (await customer.control.faults(customer.projectId))[0]?.struck;
  await expect.poll(asked).toBe(1);
  stop.abort(reason);
  await expect(call).rejects.toBe(reason);
});
