// Reads one Arrow record batch. Its schema comes only once, before all batches.
import { type Data, type DataType, type RecordBatch, RecordBatchReader } from "apache-arrow";
import { SyncError } from "../../../../domain/errors.ts";

/** Ends a stream of Arrow messages. If it follows the schema, it must be removed, or nothing after it is read. */
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

/** Throws `transient` for a message that was cut. */
export function readArrowBatch(schema: Buffer, serialized: Uint8Array): ArrowBatch {
  const batch = firstBatch(Buffer.concat([schema, serialized]));
  // The library returns an empty batch if there is none.
  if (batch === null || serialized.length === 0) {
    throw new SyncError("transient", "BigQuery sent a response that cannot be read; the rows are read again.");
  }
  return { rows: batch.numRows, names: batch.schema.fields.map((field) => field.name), columns: batch.data.children };
}

function firstBatch(messages: Buffer): RecordBatch<Record<string, DataType>> | null {
  try {
    return RecordBatchReader.from<Record<string, DataType>>(messages).next().value ?? null;
  } catch {
    return null;
  }
}
