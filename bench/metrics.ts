// A metric's result over HTTP, against one hand-tuned query of the same join, and the cost of new rows for the next result.
import { request } from "undici";
import type { PoolClient } from "pg";
import { compareRates, runPairs, type Comparison } from "./comparison.ts";
import { startMachine, type Machine } from "./machine.ts";
import { scaled, type BenchOptions } from "./options.ts";

const BUCKETS = 2_000_000;
const EVENTS = 10_000_000;
const BUCKETS_OF_USER = 4;
/** The share of new rows that a run may bring. */
const FEW_PART = 0.002;
const MANY_PART = 0.02;
const REFRESHES = 3;
const DAY_MS = 86_400_000;
const EXPOSED_DAYS = 28;
const WINDOW_HOURS = 72;
const ROUTER = "assistant";
/** The same memory as for the query of a result. */
const WORK_MEMORY = "128MB";
/** The indexes of the migrations, created after the rows because that is faster by minutes. */
const INDEXES = `
  set maintenance_work_mem = '1GB';
  alter table imported_events add primary key (event_id, uuid);
  create index imported_events_user on imported_events (event_id, hashtextextended(user_id, 0));`;

interface Side {
  machine: Machine;
  workspaceId: string;
  apiKey: string;
  url: string;
  metricId: string;
  eventId: number;
  buckets: number;
  events: number;
  fromMs: number;
  toMs: number;
}

export async function benchMetrics({ scale, onStep }: BenchOptions): Promise<Comparison[]> {
  onStep("starting PostgreSQL, Temporal and the server");
  const machine = await startMachine("metrics");
  try {
    const { service, url } = await machine.startServer();
    const side = await fill(machine, url, scale, onStep);
    onStep("the first result, and the bare query's, which must agree");
    const first = await timed(() => resultOf(side));
    onStep(`the first result: ${first.seconds.toFixed(2)} s`);
    assertSame(first.value, (await bare(side)).value);
    const rows = side.buckets + side.events;
    const rateOf = async (run: () => Promise<Values>) => rows / (await timed(run)).seconds;
    const fresh = async () => {
      await forget(side);
      return rateOf(() => resultOf(side));
    };
    const theirs = async () => rows / (await bare(side)).seconds;
    const named = { bench: "metrics", unit: "rows/s", goal: 0.34 };
    const against = "one bare query of the same join";
    const comparisons = [
      compareRates({ ...named, against: `${against}, nothing kept` }, await runPairs(fresh, theirs, onStep)),
      compareRates({ ...named, against }, await runPairs(() => rateOf(() => resultOf(side)), theirs, onStep)),
      await refreshes(side, onStep),
    ];
    await service.stop();
    return comparisons;
  } finally {
    await machine.stop();
  }
}

/**
 * The time that new events add to the next result. It is proportional if each of few events adds no more than each of ten
 * times as many. If a result were computed from scratch, few events would add as much as many.
 */
async function refreshes(side: Side, onStep: (step: string) => void): Promise<Comparison> {
  const [few, many] = [side.events * FEW_PART, side.events * MANY_PART].map(Math.round) as [number, number];
  const rates = { ours: [] as number[], theirs: [] as number[] };
  let events = side.events;
  for (let n = 0; n < REFRESHES; n++) {
    for (const [of, count] of [
      ["ours", few],
      ["theirs", many],
    ] as const) {
      await addEvents(side, events, count);
      events += count;
      const after = await timed(() => resultOf(side));
      const calm = await timed(() => resultOf(side));
      rates[of].push(count / Math.max(0.001, after.seconds - calm.seconds));
      onStep(`${count} new events: ${after.seconds.toFixed(2)} s, without any: ${calm.seconds.toFixed(2)} s`);
    }
  }
  const against = "ten times as many new events before a result";
  return compareRates({ bench: "metrics", against, unit: "new events/s", goal: 0.5 }, rates);
}

/** Deletes what results keep for the next one. */
async function forget({ machine }: Side): Promise<void> {
  await machine.sql.query("truncate metric_values, metric_changes, metric_sources");
}

async function fill(machine: Machine, url: string, scale: number, onStep: (step: string) => void): Promise<Side> {
  const { store, sql } = machine;
  const { workspaceId, apiKey } = await store.workspaces.create("bench");
  const toMs = Math.floor(Date.now() / DAY_MS) * DAY_MS - 4 * DAY_MS;
  const fromMs = toMs - EXPOSED_DAYS * DAY_MS;
  const { id: integrationId } = await store.integrations.create(workspaceId, {
    provider: "mixpanel",
    settings: { projectId: "1", region: "us", projectTime: "utc", serviceAccountUsername: "bench" },
    secret: "the-secret-of-the-bench",
    importFrom: new Date(fromMs - 4 * DAY_MS).toISOString().slice(0, 10),
    project: { key: "1", name: "the project" },
    deliversUpdates: false,
  });
  await store.events.create(workspaceId, integrationId, { name: "purchase", description: null, source: null });
  const { rows } = await sql.query<{ id: number }>("select id from event_definitions");
  const eventId = rows[0]?.id ?? 0;
  await sql.query("update event_definitions set complete_through_ms = $1", [Date.now()]);
  const metric = await store.metrics.create(workspaceId, {
    integrationId,
    name: "Revenue",
    description: null,
    direction: "up",
    windowHours: WINDOW_HOURS,
    measure: {
      event: "purchase",
      aggregation: "sum",
      property: "amount",
      filters: [],
    },
    denominator: null,
    winsorizePercentile: null,
    format: {
      style: "number",
      currency: null,
    },
  });
  if (metric === null) throw new Error("The metric was not made.");
  const sizes = { buckets: scaled(BUCKETS, scale), events: scaled(EVENTS, scale) };
  const side = { machine, workspaceId, apiKey, url, metricId: metric.id, eventId, ...sizes, fromMs, toMs };
  onStep(`${sizes.buckets} exposure buckets of ${sizes.buckets / BUCKETS_OF_USER} users`);
  await addBuckets(side);
  onStep(`${sizes.events} events`);
  await sql.query("drop index imported_events_user; alter table imported_events drop constraint imported_events_pkey");
  await addEvents(side, 0, sizes.events);
  onStep("indexes");
  await sql.query(INDEXES);
  await sql.query("vacuum analyze");
  return side;
}

/** Hours in random order, and ids of the usual length. */
async function addBuckets({ machine, workspaceId, buckets, fromMs }: Side): Promise<void> {
  await machine.sql.query(
    `insert into exposure_buckets (workspace_id, hour_ms, user_id, alias_id, route_id, variant_id, time_ms, first_exposed_at_ms,
       exposures, sealed_time_ms, bucket_number, first_seal_seq, seal_seq)
     select $1, hour, md5(usr::text)::uuid::text, $2, 'default', case when usr % 2 = 0 then 'control' else 'treatment' end,
       hour + 3000000, hour + usr % 3000000, 3, hour + 3000000, n, n, n
     from (select n, n % $3::bigint as usr, $4::bigint + (hashint4(n::int) & 2147483647) % ${EXPOSED_DAYS * 24} * 3600000::bigint as hour
       from generate_series(1::bigint, $5::bigint) n) made
     on conflict do nothing`,
    [workspaceId, ROUTER, buckets / BUCKETS_OF_USER, fromMs, buckets],
  );
}

/** Events of the same users, over the same days, the days before and the window after. */
async function addEvents({ machine, eventId, buckets, fromMs }: Side, from: number, count: number): Promise<void> {
  await machine.sql.query(
    `insert into imported_events (event_id, uuid, timestamp_ms, user_id, properties)
     select $1, md5('event ' || n)::uuid, $2::bigint + (hashint4(n::int) & 2147483647)::bigint * 31 % ${(EXPOSED_DAYS + 6) * DAY_MS},
       md5((n % $3::bigint)::text)::uuid::text, jsonb_build_object('amount', (hashint4(n::int + 1) & 65535) / 100.0, 'currency', 'USD',
         'plan', case when n % 3 = 0 then 'pro' else 'free' end, '$browser', 'Chrome', '$city', 'Paris', 'page', '/checkout')
     from generate_series($4::bigint, $5::bigint) n`,
    [eventId, fromMs - 3 * DAY_MS, buckets / BUCKETS_OF_USER, from + 1, from + count],
  );
  await machine.sql.query("update event_definitions set imported = $1", [from + count]);
}

/** The value of each group. */
type Values = Record<string, number>;

async function resultOf({ url, apiKey, metricId, fromMs, toMs }: Side): Promise<Values> {
  const query = new URLSearchParams({ router: ROUTER, from: dayOf(fromMs), to: dayOf(toMs) });
  const answer = await request(`${url}/v1/metrics/${metricId}/results?${query.toString()}`, {
    headers: { authorization: `Basic ${apiKey}` },
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  const body = (await answer.body.json()) as { groups: { id: string; value: number }[] };
  if (answer.statusCode !== 200) throw new Error(`The server answered ${answer.statusCode}: ${JSON.stringify(body)}`);
  return Object.fromEntries(body.groups.map(({ id, value }) => [id, value]));
}

/**
 * The fastest query for these two means alone: floating point, one variant's bit in the time of the exposure, no days, no
 * checks, no exposures that are not in a bucket yet.
 */
async function bare(side: Side): Promise<{ value: Values; seconds: number }> {
  const client = await side.machine.sql.connect();
  try {
    await client.query(`set work_mem = '${WORK_MEMORY}'`);
    return await timed(() => bareQuery(client, side));
  } finally {
    client.release();
  }
}

async function bareQuery(client: PoolClient, { workspaceId, eventId, fromMs, toMs }: Side): Promise<Values> {
  const { rows } = await client.query<{ variant: string; mean: number }>(
    `with users as (
       select user_id, min(first_exposed_at_ms << 1 | (variant_id = 'treatment')::int) as first from exposure_buckets
       where workspace_id = $1 and alias_id = $2 and hour_ms >= $3 and hour_ms < $4 group by user_id
     ), counted as (
       select u.user_id, u.first & 1 as variant, coalesce(sum((e.properties ->> 'amount')::float8), 0) as x
       from users u left join imported_events e on e.event_id = $5 and e.user_id collate "C" = u.user_id
         and e.timestamp_ms >= u.first >> 1 and e.timestamp_ms < (u.first >> 1) + ${WINDOW_HOURS * 3_600_000}
       group by u.user_id, u.first
     )
     select case variant when 1 then 'treatment' else 'control' end as variant, sum(x) / count(*) as mean, sum(x * x) as squares
     from counted group by variant`,
    [workspaceId, ROUTER, fromMs, toMs, eventId],
  );
  return Object.fromEntries(rows.map(({ variant, mean }) => [variant, mean]));
}

function assertSame(ours: Values, theirs: Values): void {
  for (const [group, value] of Object.entries(theirs)) {
    const off = Math.abs((ours[group] ?? Number.NaN) - value);
    if (!(off <= 1e-9 * value)) throw new Error(`${group} has ${ours[group]}, and ${value} by the bare query.`);
  }
}

async function timed<T>(run: () => Promise<T>): Promise<{ value: T; seconds: number }> {
  const startedAtMs = performance.now();
  const value = await run();
  return { value, seconds: (performance.now() - startedAtMs) / 1_000 };
}

function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}
