// A read session: the rows of one range of time, in parallel streams that can be resumed at any row.
import { SyncError } from "../../../domain/errors.ts";
import { MAX_STREAMS, type ReadSessionState } from "./cursor.ts";
import { schemaMessage } from "./decode/arrowBatch.ts";
import { type Operation, RefusedColumns } from "../errors.ts";
import { tableText } from "../names.ts";
import type { BigQueryCall } from "../rest.ts";
import { unboundedTable } from "./partition.ts";
import { rowRestriction, type RowSelection } from "./restriction.ts";
import { type SourceTable, unreadable, withoutColumns } from "./sourceTable.ts";

/** The service's own limit: it scans large tables before it responds. */
const OPEN_TIMEOUT_MS = 600_000;
const TRACE_ID = "crosscurrent";

export interface ReadSessionRequest extends RowSelection {
  streams: number;
  /** Instead of the restriction to the events and the window; empty for all rows. */
  restriction?: string;
}

export interface OpenedReadSession {
  state: ReadSessionState;
  /** Null if it comes with the rows. */
  schema: Buffer | null;
  /** With the columns that are read. */
  table: SourceTable;
  /** What reading all rows scans, which is what Google bills. Null if the service does not say. */
  estimatedBytes: number | null;
}

/** Leaves out columns that the service refuses, unless the event needs them. */
export async function openReadSession(call: BigQueryCall, wanted: ReadSessionRequest): Promise<OpenedReadSession> {
  try {
    return await open(call, wanted);
  } catch (error) {
    const table = error instanceof RefusedColumns ? withoutColumns(wanted.table, error.columns) : null;
    if (!(error instanceof RefusedColumns) || table === null) throw error;
    const { state, ...opened } = await open(call, { ...wanted, table });
    return { ...opened, state: { ...state, without: [...error.columns] } };
  }
}

async function open(call: BigQueryCall, wanted: ReadSessionRequest): Promise<OpenedReadSession> {
  const { clients } = call.context;
  const { table } = wanted;
  const { projectId, datasetId, tableId } = table.ref;
  const rowFilter = wanted.restriction ?? rowRestriction(wanted);
  const about = tableText(table.ref);
  const columns = table.columns.map(({ name: column }) => column);
  const operation: Operation = { action: "opening a read session", about, role: "readSessionUser", columns };
  const create = async () => {
    const { client, callOptions } = await clients.readClientOf(call.connection);
    const request = {
      parent: `projects/${projectId}`,
      readSession: {
        table: `projects/${projectId}/datasets/${datasetId}/tables/${tableId}`,
        dataFormat: "ARROW" as const,
        traceId: TRACE_ID,
        readOptions: { selectedFields: columns, rowRestriction: rowFilter },
      },
      maxStreamCount: Math.min(wanted.streams, MAX_STREAMS),
    };
    try {
      // Without the client's own retries, which could outlast the timeout.
      return (await client.createReadSession(request, { ...callOptions, retry: null }))[0];
    } catch (error) {
      throw refusalOf(error, table);
    }
  };
  const session = await clients.call(call, operation, create, OPEN_TIMEOUT_MS);
  const { name, estimatedTotalBytesScanned } = session;
  if (typeof name !== "string" || name === "") {
    throw new SyncError("transient", "BigQuery opened a read session without a name.");
  }
  const streams = (session.streams ?? []).map((stream) => ({ id: idOf(stream.name, name), offset: 0, done: false }));
  const serialized = session.arrowSchema?.serializedSchema;
  return {
    state: { name, fingerprint: table.fingerprint, toMs: wanted.window.toMs, streams },
    schema: serialized instanceof Uint8Array && serialized.length > 0 ? schemaMessage(serialized) : null,
    table,
    estimatedBytes: toBytes(estimatedTotalBytesScanned),
  };
}

/** A 64-bit integer: a number, or text or an object that gives one. */
function toBytes(value: unknown): number | null {
  const bytes = Number(value ?? Number.NaN);
  return Number.isSafeInteger(bytes) && bytes >= 0 ? bytes : null;
}

const NO_PARTITION_FILTER =
  /^.{0,100}cannot query over table '[^']{1,3000}' without a filter over column\(s\) (.{1,1000})/i;

/** What the service refuses is known from the table as a rule, but both may have changed. */
function refusalOf(error: unknown, { ref, columns }: SourceTable): unknown {
  if (!(error instanceof Error)) return error;
  if (/non-table entit/i.test(error.message)) return unreadable(ref, "not a table");
  const unfiltered = NO_PARTITION_FILTER.exec(error.message);
  if (unfiltered === null) return error;
  const named = columns.find(({ name }) => unfiltered[1]?.includes(`'${name}'`) === true);
  return unboundedTable(ref, named?.name ?? null, null);
}

/** Each stream's name begins with the session's name, so the cursor holds that only once. */
function idOf(name: string | null | undefined, sessionName: string): string {
  const prefix = `${sessionName}/streams/`;
  if (typeof name === "string" && name.startsWith(prefix)) return name.slice(prefix.length);
  throw new SyncError("transient", "BigQuery opened a read session with a stream of another one.");
}
