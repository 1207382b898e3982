// The bare limit of an import from BigQuery: the same session read by Google's client, Arrow decoded by the same library, one COPY.
// Nothing is checked, resumed or counted, and only the types of this table are known.
import { once } from "node:events";
import { finished } from "node:stream/promises";
import { v1 } from "@google-cloud/bigquery-storage";
import { credentials } from "@grpc/grpc-js";
import { RecordBatchReader, Type } from "apache-arrow";
import { GoogleAuth, OAuth2Client } from "google-auth-library";
import pg from "pg";
import { from as copyFrom } from "pg-copy-streams";

const PIECE_CHARS = 256 * 1024;
const { BENCH_DATABASE_URL, BENCH_STORAGE, BENCH_TOKEN, BENCH_PROJECT, BENCH_TABLE, BENCH_RESTRICTION, BENCH_STREAMS } =
  process.env;
const [apiEndpoint, port] = BENCH_STORAGE.split(":");

const database = new pg.Client({ connectionString: BENCH_DATABASE_URL });
await database.connect();
const client = new v1.BigQueryReadClient({
  apiEndpoint,
  port: Number(port),
  projectId: BENCH_PROJECT,
  sslCreds: credentials.createInsecure(),
  auth: new GoogleAuth({
    projectId: BENCH_PROJECT,
    authClient: new OAuth2Client(),
  }),
});
const options = { otherArgs: { headers: { authorization: `Bearer ${BENCH_TOKEN}` } } };
const startedAtMs = performance.now();
const [session] = await client.createReadSession(
  {
    parent: `projects/${BENCH_PROJECT}`,
    readSession: { table: BENCH_TABLE, dataFormat: "ARROW", readOptions: { rowRestriction: BENCH_RESTRICTION } },
    maxStreamCount: Number(BENCH_STREAMS),
  },
  options,
);
const serializedSchema = Buffer.from(session.arrowSchema.serializedSchema);
// An end-of-stream mark may follow, after which nothing would be read.
const END_OF_STREAM = Buffer.from([0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0]);
const hasEnd = serializedSchema.subarray(-END_OF_STREAM.length).equals(END_OF_STREAM);
const schema = hasEnd ? serializedSchema.subarray(0, -END_OF_STREAM.length) : serializedSchema;
const copy = database.query(
  copyFrom("copy imported_events (event_id, uuid, timestamp_ms, user_id, properties) from stdin"),
);
await Promise.all(session.streams.map(({ name }) => copyStream(name)));
copy.end();
await finished(copy);
process.stdout.write(`took ${Math.round(performance.now() - startedAtMs)} ms\n`);
await client.close();
await database.end();

async function copyStream(readStream) {
  for await (const { arrowRecordBatch } of client.readRows({ readStream, offset: 0 }, options)) {
    const messages = Buffer.concat([schema, arrowRecordBatch.serializedRecordBatch]);
    for (const piece of toCopy(RecordBatchReader.from(messages).next().value)) {
      if (!copy.write(piece)) await once(copy, "drain");
    }
  }
}

function* toCopy({ numRows, schema: { fields }, data }) {
  const columns = fields.map(({ name }, i) => [name, data.children[i]]);
  const named = new Map(columns);
  const uuid = texts(named.get("event_uuid"));
  const user = texts(named.get("user_id"));
  const micros = named.get("created_at").values;
  const members = columns.map(([name, column], i) => [
    `${i === 0 ? "{" : ","}${JSON.stringify(name)}:`,
    json(name, column),
  ]);
  let out = "";
  for (let row = 0; row < numRows; row++) {
    let properties = "";
    for (const [before, value] of members) properties += before + value(row);
    out += `1\t${uuid(row)}\t${micros[row] / 1000n}\t${user(row)}\t${properties.replaceAll("\\", "\\\\")}}\n`;
    if (out.length >= PIECE_CHARS) {
      yield Buffer.from(out);
      out = "";
    }
  }
  if (out !== "") yield Buffer.from(out);
}

/** Values as JSON; this table has no NULL. */
function json(name, column) {
  const { typeId, scale } = column.type;
  if (typeId === Type.Utf8) {
    const text = texts(column);
    return name === "context" ? text : (row) => JSON.stringify(text(row));
  }
  const { values } = column;
  if (typeId === Type.Int || typeId === Type.Float) return (row) => String(values[row]);
  if (typeId === Type.Bool) return (row) => ((values[row >> 3] >> (row & 7)) & 1 ? "true" : "false");
  if (typeId === Type.Date) return (row) => `"${new Date(values[row] * 86_400_000).toISOString().slice(0, 10)}"`;
  if (typeId === Type.Timestamp) return (row) => `"${new Date(Number(values[row] / 1000n)).toISOString()}"`;
  if (typeId === Type.Decimal) {
    // 38 digits are 128 bits; the amounts of this table are positive and fit into the lower half.
    const low = new BigUint64Array(values.buffer, values.byteOffset, values.byteLength / 8);
    return (row) => {
      const digits = low[row * 2].toString().padStart(scale + 1, "0");
      return `${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
    };
  }
  if (typeId === Type.List) {
    const item = json("", column.children[0]);
    return (row) => {
      const items = [];
      for (let at = column.valueOffsets[row]; at < column.valueOffsets[row + 1]; at++) items.push(item(at));
      return `[${items.join(",")}]`;
    };
  }
  throw new Error(`the column ${name} is of type ${column.type}`);
}

/** Converts a whole column to text at once, which works because it is ASCII here. */
function texts({ values, valueOffsets }) {
  const all = Buffer.from(values.buffer, values.byteOffset, values.byteLength).latin1Slice();
  return (row) => all.slice(valueOffsets[row], valueOffsets[row + 1]);
}
