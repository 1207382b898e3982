// One ReadRows answer: an Arrow record batch without its schema, which came once before all of them.
import { RecordBatchReader } from "apache-arrow";
import type { Data } from "apache-arrow";
import { SyncError } from "../../../domain/errors.ts";

/** What ends a stream of Arrow messages; where it follows the schema, nothing after it would be read. */
const END_OF_STREAM = Buffer.from([0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0]);

export interface Batch {
  rows: number;
  names: string[];
  columns: Data[];
}

export function schemaMessage(serialized: Uint8Array): Buffer {
  const message = Buffer.from(serialized);
  const hasEnd = message.subarray(-END_OF_STREAM.length).equals(END_OF_STREAM);
  return hasEnd ? message.subarray(0, -END_OF_STREAM.length) : message;
}

export function readBatch(schema: Buffer, serialized: Uint8Array): Batch {
  const reader = RecordBatchReader.from(Buffer.concat([schema, serialized]));
  const { value: batch, done } = reader.next();
  if (done === true) throw new SyncError("transient", "BigQuery sent an answer without its rows; it is read again.");
  return {
    rows: batch.numRows,
    names: batch.schema.fields.map((field) => field.name),
    columns: batch.data.children,
  };
}
