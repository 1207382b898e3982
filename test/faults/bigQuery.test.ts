// Faults of BigQuery in the whole system: what users see, what still works, what heals it, and exact counts afterwards.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { BigQueryControl } from "../../dev/standins/bigquery/control.ts";
import type { FaultInput } from "../../dev/standins/bigquery/protocol.ts";
import { SHARED_START_TIMEOUT_MS } from "../../dev/standins/bigquery/sharedEmulator.ts";
import { eventually } from "../support/eventually.ts";
import { connectCustomer, type Customer, EVENTS, ROWS, SOURCE } from "../support/system/bigQueryCustomer.ts";
import { type BigQuery, DATASET, FIELDS, grantsOf, startBigQuerySystem } from "../support/system/bigQuerySync.ts";
import { expectExported, expectImported, expectRead, IMPORT_FROM, Ledger } from "../support/system/exact.ts";
import { connectMixpanel } from "../support/system/mixpanelSync.ts";
import type { System } from "../support/system/system.ts";

const WITHIN_MS = 120_000;
const BUCKETS = 600;

let system: System;
let control: BigQueryControl;
let stop: () => Promise<void>;
let ledger: Ledger;
beforeAll(async () => {
  ({ system, control, stop } = await startBigQuerySystem());
  ledger = new Ledger(system);
  await ledger.expose(BUCKETS, "exported");
}, SHARED_START_TIMEOUT_MS);
afterAll(() => stop());

const connect = () => connectCustomer(system, control, ledger);

describe.concurrent("access that is lost in mid-sync", () => {
  it.each<{
    what: string;
    lose: (bigQuery: BigQuery) => Promise<void>;
    shown: { kind: string; message: RegExp };
    heal: (bigQuery: BigQuery) => Promise<void>;
  }>([
    {
      what: "a token revoked with the right to run jobs",
      lose: async ({ projectId, email }) => {
        const grants = grantsOf(projectId, [DATASET, SOURCE]).filter(({ role }) => role !== "roles/bigquery.jobUser");
        await control.putAccount(email, { grants });
        await control.revokeTokens(email);
      },
      shown: { kind: "permission", message: /Grant the role BigQuery Job User .* to sync@/ },
      heal: ({ projectId, email }) => control.putAccount(email, { grants: grantsOf(projectId, [DATASET, SOURCE]) }),
    },
    {
      what: "a token revoked with the right to impersonate",
      lose: async ({ projectId, email }) => {
        const grants = grantsOf(projectId, [DATASET, SOURCE]);
        await control.putAccount(email, { grants, sourceTokens: ["somebody-else"] });
        await control.revokeTokens(email);
      },
      shown: { kind: "permission", message: /grant the role Service Account Token Creator/ },
      heal: ({ projectId, email }) => control.putAccount(email, { grants: grantsOf(projectId, [DATASET, SOURCE]) }),
    },
    {
      what: "the account deleted",
      lose: ({ email }) => control.deleteAccount(email),
      shown: {
        kind: "permission",
        message: /This service may not impersonate sync@.*, or there is no such account\. Check its address/,
      },
      heal: async ({ projectId, path }) => {
        const email = `other@${projectId}.iam.gserviceaccount.com`;
        await control.putAccount(email, { grants: grantsOf(projectId, [DATASET, SOURCE]) });
        await system.call("PATCH", path, { serviceAccountEmail: email });
      },
    },
  ])(
    "$what: says what to do, leaves the other direction and Mixpanel alone, and is healed by a new grant",
    async ({ lose, shown, heal }) => {
      const customer = await connect();
      const { bigQuery } = customer;
      expect(await customer.inMidSync(() => lose(bigQuery))).toBe("partial");
      const seen = await eventually(bigQuery.get, ({ status }) => status === "attention");
      expect(seen.export).toMatchObject({ sent: 0, pending: BUCKETS });
      expect(seen.export.error).toMatchObject({ kind: shown.kind, message: expect.stringMatching(shown.message) });
      expect(seen.import.error).toBeUndefined();
      for (const name of EVENTS) await expectRead(bigQuery, name, customer.rows[name]);

      const mixpanel = await connectMixpanel(system, { integration: { importFrom: IMPORT_FROM } });
      const rows = new Ledger(system);
      await rows.load(mixpanel, 100);
      await mixpanel.addEvent("purchase");
      await mixpanel.enable({ export: true, import: true });
      expect(await mixpanel.sync(WITHIN_MS)).toBe("succeeded");
      await expectExported(mixpanel, ledger);
      await expectImported(mixpanel, rows.rows);

      await heal(bigQuery);
      await customer.add("visit", 1);
      expect(await bigQuery.sync(WITHIN_MS)).toBe("succeeded");
      const healed = await eventually(bigQuery.get, ({ status }) => status === "idle");
      expect(healed.export.error).toBeUndefined();
      await customer.expectExact();
    },
    WITHIN_MS,
  );
});

describe.concurrent("what the customer changes in BigQuery", () => {
  it(
    "a dataset deleted under the export is not found, for the export alone; made anew, it gets every row",
    async () => {
      const customer = await connect();
      const { bigQuery } = customer;
      const { projectId } = bigQuery;
      expect(await customer.inMidSync(() => control.deleteDataset(projectId, DATASET))).toBe("partial");
      const seen = await eventually(bigQuery.get, ({ status }) => status === "attention");
      const message = expect.stringMatching(/does not find analytics.*Check the project id, the names of dataset/);
      expect(seen.export.error).toMatchObject({ kind: "not_found", message });
      // The import goes on, run after run.
      await customer.add("donation", 1);
      expect(await bigQuery.sync(WITHIN_MS)).toBe("partial");
      await expectRead(bigQuery, "donation", customer.rows.donation);
      expect((await bigQuery.get()).import.error).toBeUndefined();
      await control.createDataset(projectId, DATASET, { location: "EU" });
      expect(await bigQuery.sync(WITHIN_MS)).toBe("succeeded");
      await eventually(bigQuery.get, ({ status }) => status === "idle");
      await customer.expectExact();
    },
    WITHIN_MS,
  );

  it.each<{ what: string; change: (customer: Customer) => Promise<unknown>; message: RegExp }>([
    {
      what: "a view in a source table's place",
      change: ({ bigQuery: { projectId } }) =>
        control.replaceTableWithView(projectId, SOURCE, "donation", `SELECT * FROM \`${projectId}.${SOURCE}.visit\``),
      message: /is a view.*Make a table of it/,
    },
    {
      what: "another type of a mapped column",
      change: async (customer) => {
        await control.deleteTable(customer.bigQuery.projectId, SOURCE, "donation");
        const fields = FIELDS.map((field) => (field.name === "user_id" ? { ...field, type: "INTEGER" } : field));
        await customer.createTable("donation", fields);
      },
      message: /"user_id", the user id field, is INTEGER and must be STRING.*Change the table/,
    },
  ])(
    "$what fails the events of that table alone, and is healed by the table as it was",
    async ({ change, message }) => {
      const customer = await connect();
      const { bigQuery, rows } = customer;
      await customer.enable();
      expect(await bigQuery.sync(WITHIN_MS)).toBe("succeeded");
      await change(customer);
      await customer.add("visit", 1);
      expect(await bigQuery.sync(WITHIN_MS)).toBe("partial");
      const error = { kind: "schema", message: expect.stringMatching(message) };
      expect(await bigQuery.event("donation")).toMatchObject({ imported: ROWS, error });
      expect((await bigQuery.event("visit")).error).toBeUndefined();
      await expectRead(bigQuery, "visit", rows.visit);
      const seen = await bigQuery.get();
      expect([seen.status, seen.export.error, seen.import.error]).toEqual(["attention", undefined, undefined]);
      await control.deleteTable(bigQuery.projectId, SOURCE, "donation");
      await customer.createTable("donation");
      await customer.load("donation", rows.donation);
      await customer.add("donation", 1);
      expect(await bigQuery.sync(WITHIN_MS)).toBe("succeeded");
      expect((await bigQuery.event("donation")).error).toBeUndefined();
      await customer.expectExact();
    },
    WITHIN_MS,
  );
});

/** How long the workflow meant to wait for rate limits, one after the other. */
async function rateWaits({ bigQuery }: Customer): Promise<number[]> {
  const { events } = await system.workflow(bigQuery.id).fetchHistory();
  return (events ?? []).flatMap(({ userMetadata, timerStartedEventAttributes: timer }) => {
    const isWait = Buffer.from(userMetadata?.summary?.data ?? []).includes("rate limit");
    return isWait && timer ? [Number(timer.startToFireTimeout?.seconds)] : [];
  });
}

describe.concurrent("a quota that is used up", () => {
  it.each<{ fault: FaultInput; waitSeconds: number }>([
    { fault: { kind: "quota_exceeded", target: "jobs.insert", times: 2 }, waitSeconds: 15 * 60 },
    { fault: { kind: "rate_limited", target: "jobs.insert", times: 2 }, waitSeconds: 60 },
    { fault: { kind: "rate_limited", target: "CreateReadSession", times: 4 }, waitSeconds: 60 },
  ])(
    "$fault.kind at $fault.target: its direction waits, the other is done, and a sync that people ask for goes on at once",
    async ({ fault, waitSeconds }) => {
      const customer = await connect();
      const { bigQuery } = customer;
      await customer.fault(fault);
      await customer.enable();
      const requests = [await bigQuery.ask()];
      const isExport = fault.target === "jobs.insert";
      // Both events of an import meet it, each in a pass of its own.
      const waits = isExport ? [1, 2] : [2, 4];
      for (const count of waits) {
        await eventually(
          () => rateWaits(customer),
          (all) => all.length === count,
        );
        const { status, export: direction } = await eventually(bigQuery.get, ({ export: { pending } }) =>
          isExport ? pending === BUCKETS : pending === 0,
        );
        expect([status, direction.error]).toEqual(["syncing", undefined]);
        await eventually(
          () => customer.imported(),
          (imported) => imported === (isExport ? 2 * ROWS : 0),
        );
        requests.push(await bigQuery.ask());
      }
      for (const { requestId } of requests) expect(await bigQuery.outcome(requestId, WITHIN_MS)).toBe("succeeded");
      expect(await customer.struck()).toBe(fault.times);
      // A little of the wait is over when the workflow hears of it.
      for (const seconds of await rateWaits(customer)) expect(seconds).toBeGreaterThan(0.9 * waitSeconds);
      await customer.expectExact();
    },
    WITHIN_MS,
  );
});

describe.concurrent("what breaks in passing", () => {
  it.each<FaultInput>([
    { kind: "stream_unavailable", target: "ReadRows", afterRows: 50, times: 2 },
    { kind: "stream_reset", target: "ReadRows", afterRows: 50, times: 2 },
    { kind: "stream_ends_early", target: "ReadRows", afterRows: 50, times: 2 },
    { kind: "session_expired", target: "ReadRows", afterRows: 50, times: 2 },
    { kind: "backend_error", target: "CreateReadSession", times: 2 },
    { kind: "backend_error_html", target: "any", times: 3 },
    { kind: "reset_after", target: "jobs.insert", jobType: "load", times: 1 },
    { kind: "reset_after", target: "jobs.insert", jobType: "query", times: 1 },
    { kind: "backend_error_after", target: "jobs.insert", jobType: "load", times: 1 },
    { kind: "backend_error_after", target: "jobs.insert", jobType: "query", times: 1 },
  ])(
    "%j is survived within one run, with one load and one MERGE",
    async (fault) => {
      const customer = await connect();
      await customer.fault(fault);
      await customer.enable();
      expect(await customer.bigQuery.sync(WITHIN_MS)).toBe("succeeded");
      expect(await customer.struck()).toBe(fault.times);
      const { jobs } = await control.counters(customer.bigQuery.projectId);
      expect([jobs["load"], jobs["query:MERGE"]]).toEqual([
        { done: 1, failed: 0 },
        { done: 1, failed: 0 },
      ]);
      await customer.expectExact();
    },
    WITHIN_MS,
  );
});
