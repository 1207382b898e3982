// Chunks of imported rows: their bounds, how rows are rejected, and which chunk carries the page's progress.
import { hash } from "node:crypto";
import type { ImportChunk, ImportedRow, RejectedRow } from "../domain/importedRow.ts";
import type { EventProgress } from "../domain/progress.ts";

export const MAX_CHUNK_ROWS = 5_000;
export const MAX_CHUNK_BYTES = 4 * 1024 * 1024;
export const MAX_ROW_BYTES = 4 * 1024 * 1024;
export const MAX_RECORD_CHARS = 4_000;

/** Collects the rows of a chunk. */
export interface RowSink {
  rows: ImportedRow[];
  rejected: RejectedRow[];
  bytes: number;
}

export function emptySink(): RowSink {
  return { rows: [], rejected: [], bytes: 0 };
}

export function rowCount({ rows, rejected }: RowSink): number {
  return rows.length + rejected.length;
}

/** `key` tells the record from others; by default its content does. */
export function rejectRow(
  sink: RowSink,
  event: string | null,
  reason: string,
  record: string,
  key = hash("sha256", record, "hex").slice(0, 32),
): void {
  sink.rejected.push({ event, key, reason, record: record.slice(0, MAX_RECORD_CHARS) });
}

/** Turns full sinks into chunks, one sink behind, so that the last chunk is known and carries the progress. */
export async function* toImportChunks(
  sinks: AsyncGenerator<RowSink>,
  signal: AbortSignal,
  progressAtEnd: () => EventProgress,
): AsyncGenerator<ImportChunk> {
  let last = emptySink();
  for await (const sink of sinks) {
    if (rowCount(last) > 0) yield { rows: last.rows, rejected: last.rejected, progress: null };
    signal.throwIfAborted();
    last = sink;
  }
  yield { rows: last.rows, rejected: last.rejected, progress: progressAtEnd() };
}
