// Looks into the table of an event that gave nothing: its size, whether rows are shown, and values of the event column.
import type { Connection } from "../../../domain/connection.ts";
import type { EventDefinition, SourceReport } from "../../../domain/event.ts";
import { SyncError } from "../../../domain/errors.ts";
import { tableText } from "../names.ts";
import { sourceOf } from "../options.ts";
import type { BigQueryCall, BigQueryContext } from "../rest.ts";
import { readArrowBatch, schemaMessage } from "./decode/arrowBatch.ts";
import { bytesOf, offsetsOf, validity } from "./decode/data.ts";
import { openReadSession } from "./readSession.ts";
import { readTable, type SourceTable } from "./sourceTable.ts";
import { readStreams } from "./streams.ts";

/** A person may wait for it, and other tables do. */
const TIMEOUT_MS = 15_000;
/** Only the event column is read, and so much of it. */
const MAX_ROWS = 500_000;
const MAX_NAMES = 5_000;

export async function reportSource(
  context: BigQueryContext,
  connection: Connection,
  event: EventDefinition,
  timeoutMs: number = TIMEOUT_MS,
): Promise<SourceReport> {
  const signal = AbortSignal.timeout(timeoutMs);
  const call: BigQueryCall = { context, connection, signal, heartbeat: () => undefined };
  let table: SourceTable | null = null;
  try {
    table = await readTable(call, sourceOf(event));
    if (table.rows === 0) return { rows: 0, visible: null, names: [], isWhole: true };
    return { rows: table.rows, ...(await readNames(call, table)) };
  } catch (error) {
    // Some tables cannot be read without a filter, or not in time. Their size is known all the same.
    const isKnown = signal.aborted || (error instanceof SyncError && table !== null);
    if (!isKnown) throw error;
    return { rows: table?.rows ?? null, visible: null, names: [], isWhole: false };
  }
}

async function readNames(call: BigQueryCall, table: SourceTable): Promise<Omit<SourceReport, "rows">> {
  const columns = table.columns.filter(({ name }) => name === table.mapping.event);
  const window = { fromMs: 0, toMs: 0 };
  const wanted = { table: { ...table, columns }, events: [], window, isLast: false, streams: 1, restriction: "" };
  const { state, schema: known } = await openReadSession(call, wanted);
  const operation = {
    action: "reading names of events",
    about: tableText(table.ref),
    role: "readSessionUser" as const,
  };
  const names = new Set<string>();
  let rows = 0;
  let schema = known;
  for await (const part of readStreams({ call, session: state, operation, idleMs: TIMEOUT_MS })) {
    if (part.batch === null) continue;
    schema ??= part.schema === null ? null : schemaMessage(part.schema);
    if (schema === null) break;
    const [data] = readArrowBatch(schema, part.batch).columns;
    if (data === undefined) break;
    const [bytes, offsets, isValid] = [bytesOf(data), offsetsOf(data), validity(data)];
    for (let row = 0; row < part.rows; row++) {
      if (isValid(row)) names.add(bytes.toString("utf8", offsets[row], offsets[row + 1]));
    }
    rows += part.rows;
    if (rows >= MAX_ROWS || names.size >= MAX_NAMES) return { visible: true, names: [...names], isWhole: false };
  }
  return { visible: rows > 0, names: [...names], isWhole: true };
}
