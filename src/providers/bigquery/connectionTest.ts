// The connection test: checks step by step what the customer set up in Google Cloud. A failed step says what to do.
import { randomUUID } from "node:crypto";
import pLimit from "p-limit";
import type { Connection } from "../../domain/connection.ts";
import type { EventDefinition } from "../../domain/event.ts";
import { SyncError } from "../../domain/errors.ts";
import type { TestStep } from "../connector.ts";
import { CONNECTION_TEST_TIMEOUT_MS, runTestStep, type StepResult } from "../testStep.ts";
import { destinationAdvice, destinationOf, endAdvice } from "./export/destination.ts";
import { createStaging, deleteStaging } from "./export/tables.ts";
import { datasetResource } from "./export/tableResource.ts";
import { grantText, type Operation } from "./errors.ts";
import { mergeSql } from "./export/mergeStatement.ts";
import { tableText } from "./names.ts";
import { settingsOf, sourceOf } from "./options.ts";
import { anything, type BigQueryCall, type BigQueryContext, send } from "./rest.ts";
import { readTable, type SourceTable } from "./import/sourceTable.ts";
import { openReadSession } from "./import/readSession.ts";

const HOUR_MS = 3_600_000;
const CLEANUP_TIMEOUT_MS = 10_000;
/** Sessions of a test that are opened at once. */
const MAX_OPENING = 5;
const readingStep = (what = "") => `Reading rows${what} (BigQuery Read Session User)`;
const DAY_MS = 24 * HOUR_MS;

/** What is read of a table, and one of the events that come from it. */
interface Readable {
  event: string;
  table: SourceTable;
}

export async function testConnection(
  context: BigQueryContext,
  connection: Connection,
  events: EventDefinition[],
): Promise<TestStep[]> {
  const signal = AbortSignal.timeout(CONNECTION_TEST_TIMEOUT_MS);
  const call: BigQueryCall = { context, connection, signal, heartbeat: () => undefined };
  const steps: TestStep[] = [];
  const step = async (name: string, run: () => Promise<StepResult>): Promise<boolean> => {
    const result = await runTestStep("BigQuery", name, run);
    steps.push(result);
    return result.ok;
  };
  // Nothing is asked with the account's rights before it is known to be the workspace's.
  if (!(await step("ownership", () => context.clients.accounts.admit(connection)))) return steps;
  // Without these two no other step can succeed.
  if (!(await step("Impersonating the service account", () => tryImpersonating(call)))) return steps;
  const running: Operation = { action: "running jobs", role: "jobUser" };
  if (!(await step("Running jobs (BigQuery Job User)", () => tryJob(call, "SELECT 1", running)))) return steps;
  const { datasetId } = settingsOf(connection);
  if (datasetId !== null && (await step("The export's dataset and its location", () => tryDataset(call)))) {
    await step("Writing to the dataset (BigQuery Data Editor)", () => tryWriting(call));
  }
  const readable = new Map<string, Readable>();
  const tableOf = tableReader(call);
  for (const event of events) {
    await step(`The table of the event ${event.name} (BigQuery Data Viewer)`, async () => {
      const table = await tableOf(event);
      const { fingerprint } = table;
      if (!readable.has(fingerprint)) readable.set(fingerprint, { event: event.name, table });
    });
  }
  steps.push(...(await readingSteps(call, readable)));
  if (events.length > 0 && readable.size === 0) await step(readingStep(), async () => sayUntried(call));
  return steps;
}

/** Requests a new token, because an old one may outlive the permission. */
async function tryImpersonating({ context, connection }: BigQueryCall): Promise<void> {
  const { accounts } = context.clients;
  accounts.forget(connection);
  await accounts.tokenOf(connection);
}

/** BigQuery checks permissions and names of a dry run and runs nothing. */
async function tryJob(call: BigQueryCall, query: string, operation: Operation): Promise<void> {
  const { projectId, location } = settingsOf(call.connection);
  const configuration = { dryRun: true, query: { query, useLegacySql: false } };
  const body = { jobReference: { projectId, location }, configuration };
  await send(call, operation, anything, { method: "POST", path: ["jobs"], body });
}

async function tryDataset(call: BigQueryCall): Promise<void> {
  const { datasetId, location } = settingsOf(call.connection);
  const path = ["datasets", datasetId ?? ""];
  const operation: Operation = { action: "reading the dataset", about: datasetId ?? "", role: "dataEditor" };
  const dataset = await send(call, operation, datasetResource, { method: "GET", path });
  const actual = dataset?.location;
  if (actual !== undefined && actual.toLowerCase() !== location.toLowerCase()) {
    const problem = `The dataset ${datasetId} is in the location ${actual}, but this integration names ${location}.`;
    throw new SyncError("schema", `${problem} Create the integration again with the dataset's location.`);
  }
}

/** Creates and deletes an empty table, and tries a MERGE as a dry run, into the export's table if it exists. */
async function tryWriting(call: BigQueryCall): Promise<StepResult> {
  const table = destinationOf(call);
  const found = await destinationAdvice(call, table);
  const tableId = `${call.context.options.stagingPrefix}test_${randomUUID().replaceAll("-", "")}`;
  const staging = { ...table, tableId };
  await createStaging(call, staging, { lifetimeMs: HOUR_MS });
  try {
    const target = found === undefined ? staging : table;
    const sql = mergeSql({ target, staging, days: [Math.floor(Date.now() / DAY_MS)] });
    await tryJob(call, sql, { action: "writing rows", about: tableText(target), role: "dataEditor" });
    const advice = found === undefined ? await endAdvice(call, staging) : found;
    return advice === null ? undefined : { warning: advice };
  } finally {
    // The test may have run out of time, and the table should go all the same. Otherwise it expires.
    await deleteStaging({ ...call, signal: AbortSignal.timeout(CLEANUP_TIMEOUT_MS) }, staging);
  }
}

/** Reads each table once, because several events often share one. */
function tableReader(call: BigQueryCall): (event: EventDefinition) => Promise<SourceTable> {
  const known = new Map<string, Promise<SourceTable>>();
  return (event) => {
    const source = sourceOf(event);
    const key = JSON.stringify(source);
    const table = known.get(key) ?? readTable(call, source);
    known.set(key, table);
    return table;
  };
}

/** One step for each table and choice of its columns, in order. Names are cut for people, so they are no keys. */
async function readingSteps(call: BigQueryCall, readable: Map<string, Readable>): Promise<TestStep[]> {
  const limitConcurrency = pLimit(MAX_OPENING);
  return await Promise.all(
    [...readable.values()].map((one) => {
      const name = readingStep(` of ${tableText(one.table.ref)}`);
      return limitConcurrency(() => runTestStep("BigQuery", name, () => tryReading(call, one)));
    }),
  );
}

/** Read sessions have no dry run, and need another role than jobs and tables. */
async function tryReading(call: BigQueryCall, { event, table }: Readable): Promise<void> {
  const toMs = Date.now();
  const window = { fromMs: toMs - HOUR_MS, toMs };
  await openReadSession(call, { table, events: [event], window, isLast: false, streams: 1 });
}

function sayUntried(call: BigQueryCall): void {
  const { serviceAccountEmail: email, projectId } = settingsOf(call.connection);
  const grant = grantText("readSessionUser", email, projectId, undefined);
  const problem = "Not tested, because no event has a readable table. Reading needs one more role:";
  throw new SyncError("schema", `${problem} ${grant}`);
}
