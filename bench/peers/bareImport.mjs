// The bare limit of an import: the same answer read, each line parsed, one COPY. Nothing is checked, resumed or counted.
import { randomUUID } from "node:crypto";
import { pipeline } from "node:stream/promises";
import pg from "pg";
import { from as copyFrom } from "pg-copy-streams";
import { request } from "undici";
import { createGunzip } from "node:zlib";

const PIECE_CHARS = 256 * 1024;
const MIDDLE = ',"properties":';

const client = new pg.Client({ connectionString: process.env.BENCH_DATABASE_URL });
await client.connect();
const startedAtMs = performance.now();
const { statusCode, body } = await request(process.env.BENCH_URL, {
  headers: { authorization: `Basic ${btoa(`${process.env.BENCH_SECRET}:`)}`, "accept-encoding": "gzip" },
});
if (statusCode !== 200) throw new Error(`the export answered ${statusCode}`);
const copy = client.query(
  copyFrom("copy imported_events (event_id, uuid, timestamp_ms, user_id, properties) from stdin"),
);
await pipeline(body, createGunzip({ chunkSize: PIECE_CHARS }), toCopy, copy);
process.stdout.write(`took ${Math.round(performance.now() - startedAtMs)} ms\n`);
await client.end();

async function* toCopy(source) {
  let rest = "";
  let out = "";
  source.setEncoding("utf8");
  for await (const part of source) {
    const text = rest + part;
    let from = 0;
    for (let to = text.indexOf("\n"); to !== -1; to = text.indexOf("\n", from)) {
      const line = text.slice(from, to);
      from = to + 1;
      const { properties } = JSON.parse(line);
      const raw = line.slice(line.indexOf(MIDDLE) + MIDDLE.length, -1).replaceAll("\\", "\\\\");
      out += `1\t${randomUUID()}\t${properties.time}\t${properties.distinct_id}\t${raw}\n`;
    }
    rest = text.slice(from);
    if (out.length >= PIECE_CHARS) {
      yield Buffer.from(out);
      out = "";
    }
  }
  if (out !== "") yield Buffer.from(out);
}
