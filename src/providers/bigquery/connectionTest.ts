// The connection test: what the customer had to set up in Google Cloud, step by step, each failure with its remedy.
import type { Connection } from "../../domain/connection.ts";
import type { EventDefinition, EventSource } from "../../domain/event.ts";
import { randomUUID } from "node:crypto";
import { z } from "zod";
import { SyncError } from "../../domain/errors.ts";
import type { TestStep } from "../connector.ts";
import { createStaging, deleteStaging, destinationOf, hasDestination } from "./export/tables.ts";
import { grantText, impersonationRefused } from "./errors.ts";
import { mergeSql } from "./export/mergeStatement.ts";
import { tableText } from "./names.ts";
import { settingsOf } from "./options.ts";
import { anything, send } from "./rest.ts";
import type { BigQueryContext, Doing, BigQueryCall } from "./rest.ts";
import type { SourceTable } from "./import/mapping.ts";
import { openSession } from "./import/readSession.ts";
import { readTable } from "./import/table.ts";

const TIMEOUT_MS = 60_000;
const HOUR_MS = 3_600_000;
const NAMES = {
  impersonation: "Impersonating the service account",
  jobs: "Running jobs (BigQuery Job User)",
  dataset: "The export's dataset and its location",
  writing: "Writing to the dataset (BigQuery Data Editor)",
  event: (name: string) => `The table of the event ${name} (BigQuery Data Viewer)`,
  reading: "Reading rows (BigQuery Read Session User)",
};
const datasetAnswer = z.object({ location: z.string().optional() });

export async function testConnection(
  context: BigQueryContext,
  connection: Connection,
  events: EventDefinition[],
): Promise<TestStep[]> {
  const task: BigQueryCall = {
    context,
    connection,
    signal: AbortSignal.timeout(TIMEOUT_MS),
    heartbeat: () => undefined,
  };
  const steps: TestStep[] = [];
  /** Whether the step went well. */
  const step = async (name: string, run: () => Promise<unknown>): Promise<boolean> => {
    const message = await failureMessage(run);
    steps.push(message === null ? { name, ok: true } : { name, ok: false, message });
    return message === null;
  };
  // Without them nothing else can go well.
  if (!(await step(NAMES.impersonation, () => tryImpersonating(task)))) return steps;
  if (!(await step(NAMES.jobs, () => tryJob(task, "SELECT 1", { action: "to run jobs", role: "jobUser" }))))
    return steps;
  if (settingsOf(connection).datasetId !== null && (await step(NAMES.dataset, () => tryDataset(task)))) {
    await step(NAMES.writing, () => tryWriting(task));
  }
  const readable: { name: string; table: SourceTable }[] = [];
  const tableOf = tableReader(task);
  for (const { name, source } of events) {
    await step(NAMES.event(name), async () => readable.push({ name, table: await tableOf(source) }));
  }
  if (events.length > 0) await step(NAMES.reading, () => tryReading(task, readable[0]));
  return steps;
}

/** What to do about a step that failed; null for one that went well. */
async function failureMessage(run: () => Promise<unknown>): Promise<string | null> {
  try {
    await run();
    return null;
  } catch (error) {
    if (error instanceof SyncError) return error.message;
    return `BigQuery did not answer within ${TIMEOUT_MS / 1_000} seconds. Try again.`;
  }
}

/** With a new token: an old one outlives the grant that it came from. */
async function tryImpersonating({ context, connection }: BigQueryCall): Promise<void> {
  const { accounts } = context.clients;
  accounts.forget(connection);
  try {
    await accounts.tokenOf(connection);
  } catch (error) {
    if (!(error instanceof SyncError) || error.kind !== "permission") throw error;
    const { serviceAccountEmail } = settingsOf(connection);
    throw new SyncError(error.kind, impersonationRefused(serviceAccountEmail, await accounts.ownPrincipal()));
  }
}

/** BigQuery checks rights and names of a dry run and then runs nothing. */
async function tryJob(task: BigQueryCall, query: string, doing: Doing): Promise<void> {
  const { projectId, location } = settingsOf(task.connection);
  const body = {
    jobReference: { projectId, location },
    configuration: { dryRun: true, query: { query, useLegacySql: false } },
  };
  await send(task, doing, anything, { method: "POST", path: ["jobs"], body });
}

async function tryDataset(task: BigQueryCall): Promise<void> {
  const { datasetId, location } = settingsOf(task.connection);
  const path = ["datasets", datasetId ?? ""];
  const doing: Doing = { action: "to see the dataset", about: datasetId ?? "", role: "dataEditor" };
  const dataset = await send(task, doing, datasetAnswer, { method: "GET", path });
  const actual = dataset?.location;
  if (actual !== undefined && actual.toLowerCase() !== location.toLowerCase()) {
    throw new SyncError(
      "schema",
      `The dataset ${datasetId} is in the location ${actual}, and this integration says ${location}. Create the integration with ` +
        "the dataset's location.",
    );
  }
}

/** An empty table is made and deleted again, and a MERGE into the export's table, if there is one, is tried as a dry run. */
async function tryWriting(task: BigQueryCall): Promise<void> {
  const table = destinationOf(task);
  const isThere = await hasDestination(task, table);
  const tableId = `${task.context.options.stagingPrefix}test_${randomUUID().replaceAll("-", "")}`;
  const staging = { ...table, tableId };
  await createStaging(task, staging, HOUR_MS);
  try {
    const target = isThere ? table : staging;
    const sql = mergeSql({ target, staging, firstHourMs: Date.now(), lastHourMs: Date.now() });
    await tryJob(task, sql, { action: "to write rows", about: tableText(target), role: "dataEditor" });
  } finally {
    await deleteStaging(task, staging);
  }
}

/** Several events often share a table. */
function tableReader({
  context,
  connection,
  signal,
}: BigQueryCall): (source: EventSource | null) => Promise<SourceTable> {
  const known = new Map<string, Promise<SourceTable>>();
  return (source) => {
    if (source === null)
      throw new SyncError("schema", "The event names no table. Delete it and add it with its table.");
    const key = JSON.stringify(source);
    const table = known.get(key) ?? readTable(context.clients, connection, source, signal);
    known.set(key, table);
    return table;
  };
}

/** Neither Job User nor Data Viewer may open a read session, so one is really opened. */
async function tryReading(
  { context, connection, signal }: BigQueryCall,
  first: { name: string; table: SourceTable } | undefined,
): Promise<void> {
  if (first === undefined) {
    const { serviceAccountEmail: email, projectId } = settingsOf(connection);
    throw new SyncError(
      "schema",
      `Not tried, because no event has a table that can be read. It will take one more role: ` +
        grantText("readSessionUser", email, projectId, undefined),
    );
  }
  const toMs = Date.now();
  const window = { fromMs: toMs - HOUR_MS, toMs };
  const wanted = { table: first.table, events: [first.name], window, isLast: false, streams: 1 };
  await openSession(context.clients, connection, wanted, signal);
}
