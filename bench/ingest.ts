// Ingest of exposures over HTTP, against a bare COPY of the same rows, with commits of the same size, into the same table.
import { pipeline } from "node:stream/promises";
import { Readable } from "node:stream";
import pg from "pg";
import { from as copyFrom } from "pg-copy-streams";
import { Agent, request } from "undici";
import { compareRates, runPairs, type Comparison } from "./comparison.ts";
import { startMachine, type Machine } from "./machine.ts";
import { scaled, type BenchOptions } from "./options.ts";

const ROWS = 400_000;
/** Rows per call and per commit: the limit of one call. */
const CALL_ROWS = 10_000;
const CONNECTIONS = 4;
const USERS = 50_000;
const COPY =
  "copy exposures (workspace_id, received_at_ms, exposed_at_ms, alias_id, route_id, variant_id, user_id) from stdin";

interface Side {
  machine: Machine;
  workspaceId: string;
  rows: number;
}

export async function benchIngest({ scale, onStep }: BenchOptions): Promise<Comparison[]> {
  onStep("starting PostgreSQL, Temporal and the server");
  const machine = await startMachine("ingest");
  try {
    const { workspaceId, apiKey } = await machine.store.workspaces.create("bench");
    const side = { machine, workspaceId, rows: scaled(ROWS, scale) };
    // The server's own speed, not the share of one workspace.
    const unlimited = { WORKSPACE_EXPOSURES_PER_SECOND: "0", WORKSPACE_EXPOSURE_BYTES_PER_SECOND: "0" };
    const { service, url } = await machine.startServer(unlimited);
    onStep(`${side.rows} exposures, ${CALL_ROWS} to a call, ${CONNECTIONS} connections`);
    const rates = await runPairs(
      () => ours(side, url, apiKey),
      () => bareCopy(side),
      onStep,
    );
    await service.stop();
    const named = { bench: "ingest", against: "COPY in commits of the same size", unit: "rows/s", goal: 0.5 };
    return [compareRates(named, rates)];
  } finally {
    await machine.stop();
  }
}

interface Record {
  alias_id: string;
  route_id: string;
  variant_id: string;
  user: string;
  timestamp: number;
}

/** Exposures of the last day, created before the measurement. */
function recordsOf(from: number, count: number): Record[] {
  const nowMs = Date.now();
  return Array.from({ length: count }, (_, i) => ({
    alias_id: "support-router",
    route_id: "default",
    variant_id: (from + i) % 2 === 0 ? "control" : "treatment",
    user: `user-${(from + i) % USERS}`,
    timestamp: nowMs - (((from + i) * 7_919) % 86_400_000),
  }));
}

async function ours({ machine, rows }: Side, url: string, apiKey: string): Promise<number> {
  await machine.sql.query("truncate exposures");
  const bodies = batches(rows, (records) => Buffer.from(JSON.stringify({ exposures: records })));
  const agent = new Agent({ connections: CONNECTIONS });
  const ms = await timed(bodies, async (body) => {
    const answer = await request(`${url}/v1/exposures`, {
      method: "POST",
      headers: { authorization: `Basic ${apiKey}`, "content-type": "application/json" },
      body,
      dispatcher: agent,
    });
    const text = await answer.body.text();
    if (answer.statusCode !== 202) throw new Error(`The server answered ${answer.statusCode}: ${text}`);
  });
  await agent.close();
  await assertStored(machine, rows);
  return rows / (ms / 1_000);
}

async function bareCopy({ machine, workspaceId, rows }: Side): Promise<number> {
  await machine.sql.query("truncate exposures");
  const receivedAtMs = Date.now();
  const line = (one: Record) =>
    `${workspaceId}\t${receivedAtMs}\t${one.timestamp}\t${one.alias_id}\t${one.route_id}\t${one.variant_id}\t${one.user}\n`;
  const bodies = batches(rows, (records) => Buffer.from(records.map(line).join("")));
  const pool = new pg.Pool({ connectionString: machine.databaseUrl, max: CONNECTIONS });
  const warm = await Promise.all(Array.from({ length: CONNECTIONS }, () => pool.connect()));
  for (const client of warm) client.release();
  const ms = await timed(bodies, async (body) => {
    const client = await pool.connect();
    await pipeline(Readable.from([body]), client.query(copyFrom(COPY)));
    client.release();
  });
  await pool.end();
  await assertStored(machine, rows);
  return rows / (ms / 1_000);
}

function batches(rows: number, encode: (records: Record[]) => Buffer): Buffer[] {
  return Array.from({ length: Math.ceil(rows / CALL_ROWS) }, (_, i) =>
    encode(recordsOf(i * CALL_ROWS, Math.min(CALL_ROWS, rows - i * CALL_ROWS))),
  );
}

/** Milliseconds until all are sent. Each connection sends its next call when the last one is answered. */
async function timed(bodies: Buffer[], send: (body: Buffer) => Promise<void>): Promise<number> {
  const left = [...bodies];
  const startedAtMs = performance.now();
  const connection = async () => {
    for (let body = left.pop(); body !== undefined; body = left.pop()) await send(body);
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, connection));
  return performance.now() - startedAtMs;
}

async function assertStored({ sql }: Machine, rows: number): Promise<void> {
  const { rows: counted } = await sql.query<{ count: string }>("select count(*) from exposures");
  if (Number(counted[0]?.count) !== rows) throw new Error(`${counted[0]?.count} exposures are stored, not ${rows}.`);
}
