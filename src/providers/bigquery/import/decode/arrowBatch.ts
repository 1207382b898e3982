// One ReadRows answer: an Arrow record batch without its schema, which came once before all of them.
import { RecordBatchReader } from "apache-arrow";
import type { Data, DataType, RecordBatch } from "apache-arrow";
import { SyncError } from "../../../../domain/errors.ts";

/** What ends a stream of Arrow messages; where it follows the schema, nothing after it would be read. */
const END_OF_STREAM = Buffer.from([0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0]);

export interface ArrowBatch {
  rows: number;
  names: string[];
  columns: Data[];
}

export function schemaMessage(serialized: Uint8Array): Buffer {
  const message = Buffer.from(serialized);
  const hasEnd = message.subarray(-END_OF_STREAM.length).equals(END_OF_STREAM);
  return hasEnd ? message.subarray(0, -END_OF_STREAM.length) : message;
}

/** Throws `transient` for what is no whole batch: a message that was cut is read again. */
export function readArrowBatch(schema: Buffer, serialized: Uint8Array): ArrowBatch {
  const batch = firstBatch(Buffer.concat([schema, serialized]));
  // The library makes up an empty batch where there is none.
  if (batch === null || serialized.length === 0) {
    throw new SyncError("transient", "BigQuery sent an answer that cannot be read; the rows are read again.");
  }
  return {
    rows: batch.numRows,
    names: batch.schema.fields.map((field) => field.name),
    columns: batch.data.children,
  };
}

function firstBatch(messages: Buffer): RecordBatch<Record<string, DataType>> | null {
  try {
    return RecordBatchReader.from<Record<string, DataType>>(messages).next().value ?? null;
  } catch {
    return null;
  }
}
