// A read session: the rows of one range of time, in parallel streams that can be resumed at any row.
import { SyncError } from "../../../domain/errors.ts";
import { MAX_STREAMS, type ReadSessionState, type TimeWindow } from "./cursor.ts";
import { schemaMessage } from "./decode/arrowBatch.ts";
import { type Operation, RefusedColumns } from "../errors.ts";
import { columnSql, datetimeSql, stringSql, tableText, timestampSql } from "../names.ts";
import type { BigQueryCall } from "../rest.ts";
import { type SourceTable, unreadable, withoutColumns } from "./sourceTable.ts";

const MAX_RESTRICTION_BYTES = 1_000_000;
/** The service's own limit: it scans large tables before it responds. */
const OPEN_TIMEOUT_MS = 600_000;
const TRACE_ID = "crosscurrent";

export interface ReadSessionRequest {
  table: SourceTable;
  events: string[];
  window: TimeWindow;
  isLast: boolean;
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
}

/** Selects the window's rows. Rows without a time belong to the last window of a pass. */
export function rowRestriction({ table, events, window, isLast }: ReadSessionRequest): string {
  const { mapping, isDateTime, mayLackTime } = table;
  const time = columnSql(mapping.timestamp);
  const literal = isDateTime ? datetimeSql : timestampSql;
  const inWindow = `${time} >= ${literal(window.fromMs)} AND ${time} < ${literal(window.toMs)}`;
  const when = isLast && mayLackTime ? `((${inWindow}) OR ${time} IS NULL)` : inWindow;
  const restriction = `${columnSql(mapping.event)} IN (${events.map(stringSql).join(", ")}) AND ${when}`;
  if (Buffer.byteLength(restriction) <= MAX_RESTRICTION_BYTES) return restriction;
  throw new SyncError("schema", "Too many events with long names come from one table. Give them shorter names.");
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
      if (error instanceof Error && /non-table entit/i.test(error.message)) throw unreadable(table.ref, "not a table");
      throw error;
    }
  };
  const session = await clients.call(call, operation, create, OPEN_TIMEOUT_MS);
  const { name } = session;
  if (typeof name !== "string" || name === "") {
    throw new SyncError("transient", "BigQuery opened a read session without a name.");
  }
  const streams = (session.streams ?? []).map((stream) => ({ id: idOf(stream.name, name), offset: 0, done: false }));
  const serialized = session.arrowSchema?.serializedSchema;
  return {
    state: { name, fingerprint: table.fingerprint, toMs: wanted.window.toMs, streams },
    schema: serialized instanceof Uint8Array && serialized.length > 0 ? schemaMessage(serialized) : null,
    table,
  };
}

/** Each stream's name begins with the session's name, so the cursor holds that only once. */
function idOf(name: string | null | undefined, sessionName: string): string {
  const prefix = `${sessionName}/streams/`;
  if (typeof name === "string" && name.startsWith(prefix)) return name.slice(prefix.length);
  throw new SyncError("transient", "BigQuery opened a read session with a stream of another one.");
}
