// The connection test on a customer who sets things up one after the other.
import type { Connection } from "../../../src/domain/connection.ts";
import type { EventDefinition } from "../../../src/domain/event.ts";
import { afterEach, beforeEach, expect, test } from "vitest";
import { SHARED_START_TIMEOUT_MS } from "../../../dev/standins/bigquery/sharedEmulator.ts";
import type { TestStep } from "../../../src/providers/connector.ts";
import { makeBuckets, runExport } from "../../support/providers/contractSupport.ts";
import { ALL_ROLES, createCustomer, type Customer, DATASET, TABLE } from "../../support/providers/bigquery.ts";

const FIELDS = [
  { name: "event_name", type: "STRING" },
  { name: "user_id", type: "STRING" },
  { name: "created_at", type: "DATETIME" },
  { name: "event_uuid", type: "STRING" },
];
let customer: Customer;

beforeEach(async () => {
  customer = await createCustomer();
}, SHARED_START_TIMEOUT_MS);
afterEach(async () => {
  await customer.close();
});

function eventOf(name: string, tableName = "donations"): EventDefinition {
  const source = {
    dataset: DATASET,
    tableName,
    eventFieldName: "event_name",
    userIdFieldName: "user_id",
    timestampFieldName: "created_at",
    eventUuidFieldName: "event_uuid",
  };
  return { name, source };
}

const createTable = (name: string, fields = FIELDS) =>
  customer.control.createTable(customer.projectId, DATASET, name, { schema: { fields } });
const lease = async () => async () => {};
const run = (events: EventDefinition[], connection: Connection = customer.connection): Promise<TestStep[]> =>
  customer.connector().testConnection(connection, events, lease);
const failed = (steps: TestStep[]): TestStep[] => steps.filter((step) => !step.ok);

test("each step fails until its prerequisite is there, and names role and account", async () => {
  const { control, projectId, email } = customer;
  await createTable("donations");
  const events = [eventOf("user_donation")];
  await control.deleteAccount(email);
  const nobody = await run(events);
  expect(nobody).toHaveLength(1);
  expect(nobody[0]?.message).toContain("roles/iam.serviceAccountTokenCreator");
  expect(nobody[0]?.message).toContain(email);

  await customer.grant([]);
  const noJobs = await run(events);
  expect(noJobs.map((step) => step.ok)).toEqual([true, true, false]);
  expect(noJobs[2]?.message).toContain("roles/bigquery.jobUser");
  expect(noJobs[2]?.message).toContain(`${projectId} to ${email}`);

  await customer.grant(["jobUser"]);
  const noData = failed(await run(events));
  expect(noData.map((step) => /roles\/[\w.]+/.exec(step.message ?? "")?.[0])).toEqual([
    "roles/bigquery.dataEditor",
    "roles/bigquery.dataViewer",
    "roles/bigquery.readSessionUser",
  ]);
  expect(noData[0]?.message).toContain(`dataset ${DATASET} to ${email}`);

  await customer.grant(["jobUser", "dataViewer", "readSessionUser"]);
  const [onlyViewer, ...others] = failed(await run(events));
  expect(onlyViewer?.name).toContain("Writing");
  expect(onlyViewer?.message).toContain("roles/bigquery.dataEditor");
  expect(others).toEqual([]);

  await customer.grant(["jobUser", "dataEditor"]);
  const noSession = failed(await run(events));
  const reading = `Reading rows of ${DATASET}.donations (BigQuery Read Session User)`;
  expect(noSession.map((step) => [step.name, step.lacksGrant])).toEqual([[reading, true]]);
  expect(noSession[0]?.message).toContain("roles/bigquery.readSessionUser");

  await customer.grant(ALL_ROLES);
  const green = await run(events);
  expect(failed(green)).toEqual([]);
  expect(green).toHaveLength(7);
});

test("nothing is left behind, and a session is opened for each of the events' tables", async () => {
  await createTable("donations");
  await createTable("visits");
  const before = await customer.control.tables(customer.projectId, DATASET);
  const steps = await run([eventOf("a"), eventOf("b"), eventOf("c", "visits")]);
  expect(failed(steps)).toEqual([]);
  expect(steps.slice(-2).map(({ name }) => name)).toEqual(
    ["donations", "visits"].map((table) => `Reading rows of ${DATASET}.${table} (BigQuery Read Session User)`),
  );
  expect(await customer.control.tables(customer.projectId, DATASET)).toEqual(before);
  const { sessionsCreated, rowsServed } = await customer.control.counters(customer.projectId);
  expect([sessionsCreated, rowsServed]).toEqual([2, 0]);
});

test("tables whose names begin with the same 80 letters are two tables", async () => {
  const names = ["a", "b"].map((end) => `${"t".repeat(100)}${end}`);
  for (const name of names) await createTable(name);
  const steps = await run(names.map((name) => eventOf(name, name)));
  expect(failed(steps)).toEqual([]);
  expect((await customer.control.counters(customer.projectId)).sessionsCreated).toBe(2);
});

test("a table of the test that cannot be deleted expires soon, also where a long life was tried", async () => {
  const { control, projectId } = customer;
  await control.deleteDataset(projectId, DATASET);
  await control.createDataset(projectId, DATASET, { location: "EU", defaultTableExpirationMs: "86400000" });
  await control.addFault(projectId, { kind: "backend_error", target: "tables.delete" });
  await run([]);
  const [left = ""] = await customer.stagingTables();
  const table = await control.table(projectId, DATASET, left);
  expect(Number(table?.["expirationTime"]) - Date.now()).toBeLessThanOrEqual(3_600_000);
});

test("with the export's table there it is not written to", async () => {
  const buckets = makeBuckets(5);
  await runExport({ connector: customer.connector(), connection: customer.connection }, buckets);
  const before = await customer.delivered();
  expect(failed(await run([]))).toEqual([]);
  expect(await customer.delivered()).toEqual(before);
});

test("the export's table is looked at", async () => {
  await createTable(TABLE);
  const [step] = failed(await run([]));
  expect(step?.message).toContain("alias_id");
});

test("without a dataset and events there is little to test", async () => {
  expect(await run([], customer.settings({ datasetId: null }))).toEqual([
    { name: "ownership", ok: true },
    { name: "Impersonating the service account", ok: true },
    { name: "Running jobs (BigQuery Job User)", ok: true },
  ]);
});

test("a dataset that is missing or elsewhere ends the steps of the export", async () => {
  const missing = failed(await run([], customer.settings({ datasetId: "nowhere" })));
  expect(missing).toHaveLength(1);
  expect(missing[0]?.message).toMatch(/nowhere/);
  const elsewhere = failed(await run([], customer.settings({ location: "US" })));
  expect(elsewhere).toHaveLength(1);
  expect(elsewhere[0]?.message).toMatch(/location EU.*US/);
});

test("each event's table is looked at: missing ones, views, columns; sessions are opened on the good ones", async () => {
  const { control, projectId } = customer;
  await createTable("numbers", [{ name: "event_uuid", type: "INTEGER" }, ...FIELDS.slice(0, 3)]);
  await createTable("seen");
  await control.replaceTableWithView(projectId, DATASET, "seen", "SELECT 1 AS one");
  await createTable("donations");
  const steps = await run([
    eventOf("gone", "gone"),
    eventOf("seen", "seen"),
    eventOf("numbers", "numbers"),
    eventOf("fine"),
  ]);
  const messages = failed(steps).map((step) => step.message ?? "");
  expect(messages).toHaveLength(3);
  expect(messages[0]).toMatch(/analytics\.gone/);
  expect(messages[1]).toMatch(/view/);
  expect(messages[2]).toMatch(/event_uuid/);
  expect(steps.at(-1)).toEqual({ name: "Reading rows of analytics.donations (BigQuery Read Session User)", ok: true });
  const none = await run([eventOf("gone", "gone")]);
  expect(none.at(-1)?.ok).toBe(false);
  expect(none.at(-1)?.message).toContain("roles/bigquery.readSessionUser");
});

test("a service without an identity of its own says so to its operator", async () => {
  const steps = await customer.connector({ sourceToken: "expired" }).testConnection(customer.connection, [], lease);
  expect(steps).toHaveLength(1);
  expect(steps[0]?.message).toContain("own identity");
  expect(JSON.stringify(steps)).not.toContain("expired");
});
