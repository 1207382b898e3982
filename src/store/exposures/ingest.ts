// Ingests raw exposures: all of a call or none, durable once it resolves.
import { sql } from "kysely";
import { isServed, type CallDetails, type Exposure } from "../../domain/exposure.ts";
import { MAX_EXPOSURE_AHEAD_MS } from "../../domain/limits.ts";
import { InvalidFieldError } from "../errors.ts";
import { copyField, copyInto } from "../postgres/copy.ts";
import type { Database } from "../postgres/database.ts";
import { withoutDoubles } from "./ids.ts";

const DAY_MS = 86_400_000;
const IDS = "alias_id, route_id, variant_id, user_id";
const DETAILS = "is_assignment, router_version, input_tokens, output_tokens, cost_usd, latency_ms, ttft_ms";
const EXPOSURES = `exposures (workspace_id, received_at_ms, exposed_at_ms, ${IDS})`;
const DETAILED = `exposures (workspace_id, received_at_ms, exposed_at_ms, ${IDS}, ${DETAILS}, assigned_variant_id)`;
const ASSIGNMENTS = `assignments (workspace_id, received_at_ms, at_ms, ${IDS}, ${DETAILS}, failed, told_variant_id)`;

/** Bounds how long a stuck ingest can hold its shared lock, and so how long a sealer can wait for it. */
const TIMEOUT_MS = sql.lit(30_000);
/** PostgreSQL 17 and later bound the whole transaction, older versions each pause; the pool bounds each statement. */
const TIMEOUTS = sql`
  set local idle_in_transaction_session_timeout = ${TIMEOUT_MS};
  select set_config('transaction_timeout', '${TIMEOUT_MS}', true)
  where current_setting('transaction_timeout', true) is not null`;

/** The shared lock comes first: once the sealer holds it exclusively, all lower ids are committed (see seal.ts). */
export async function ingest(
  db: Database,
  workspaceId: string,
  exposures: Exposure[],
  maxAgeDays: number,
): Promise<void> {
  if (exposures.length === 0) return;
  await db.transaction(async (tx) => {
    const [clock] = await tx.query(sql<{ now: number }>`
      select pg_advisory_xact_lock_shared(crosscurrent_ingest_lock(${workspaceId})), crosscurrent_now_ms() as now`);
    const nowMs = Number(clock?.now);
    checkTimes(exposures, nowMs, maxAgeDays);
    const { plain, detailed, assignments } = sorted(await withoutDoubles(tx, workspaceId, exposures, nowMs));
    const start = `${copyField(workspaceId)}\t${nowMs}\t`;
    if (plain.length > 0) await copyInto(tx, EXPOSURES, toLines(start, plain, nowMs));
    if (detailed.length > 0) await copyInto(tx, DETAILED, toLines(start, detailed, nowMs));
    if (assignments.length > 0) await copyInto(tx, ASSIGNMENTS, toLines(start, assignments, nowMs));
  }, TIMEOUTS);
}

/** Where exposures go: their table may be the one that cannot grow. The row is gone before anybody can see it. */
export async function tryIngest(db: Database): Promise<void> {
  await db.transaction(async (tx) => {
    const [row] = await tx.query(sql<{ id: number; atMs: number }>`
      insert into exposures (workspace_id, received_at_ms, exposed_at_ms, alias_id, route_id, variant_id, user_id)
      values ('', crosscurrent_now_ms(), 0, '', '', '', '') returning id, received_at_ms as "atMs"`);
    await tx.execute(sql`
      delete from exposures where workspace_id = '' and id = ${row?.id} and received_at_ms = ${row?.atMs}`);
  }, TIMEOUTS);
}

/** Callers have checked times, but a time can leave the window before this transaction. */
function checkTimes(exposures: Exposure[], nowMs: number, maxAgeDays: number): void {
  for (const [index, { exposedAtMs }] of exposures.entries()) {
    if (exposedAtMs === null) continue;
    const isAhead = exposedAtMs > nowMs + MAX_EXPOSURE_AHEAD_MS;
    if (!isAhead && exposedAtMs >= nowMs - maxAgeDays * DAY_MS) continue;
    const limit = isAhead ? `${MAX_EXPOSURE_AHEAD_MS / 60_000} minutes ahead` : `${maxAgeDays} days old`;
    throw new InvalidFieldError(`exposures[${index}].timestamp`, `must be at most ${limit}`);
  }
}

/** By the table and the columns that they need. Only a served call is an exposure. */
function sorted(exposures: Exposure[]): Record<"plain" | "detailed" | "assignments", Exposure[]> {
  if (exposures.every(({ call }) => call === undefined)) return { plain: exposures, detailed: [], assignments: [] };
  const plain: Exposure[] = [];
  const detailed: Exposure[] = [];
  const assignments: Exposure[] = [];
  for (const exposure of exposures) {
    if (exposure.call === undefined) plain.push(exposure);
    else if (isServed(exposure)) detailed.push(exposure);
    else assignments.push(exposure);
  }
  return { plain, detailed, assignments };
}

function* toLines(start: string, exposures: Exposure[], nowMs: number): Generator<string> {
  for (const exposure of exposures) {
    const { aliasId, routeId, variantId, userId, exposedAtMs, call } = exposure;
    const served = isServed(exposure);
    // What did not serve is listed under the variant that was assigned.
    const variant = served ? variantId : (call?.assignedVariantId ?? variantId);
    const ids = `${copyField(aliasId)}\t${copyField(routeId)}\t${copyField(variant)}\t${copyField(userId)}`;
    const line = `${start}${exposedAtMs ?? nowMs - Math.round(call?.agoMs ?? 0)}\t${ids}`;
    if (call === undefined) yield `${line}\n`;
    else {
      const { inputTokens, outputTokens, costUsd, latencyMs, ttftMs } = call;
      const numbers = [call.routerVersion, inputTokens, outputTokens, costUsd, latencyMs, ttftMs];
      const details = `${call.tells !== "answer"}\t${numbers.map(numberField).join("\t")}`;
      const rest = served ? optionalField(call.assignedVariantId) : `${call.failed}\t${toldField(call, variantId)}`;
      yield `${line}\t${details}\t${rest}\n`;
    }
  }
}

const NULL_FIELD = "\\N";
const toldField = ({ failed }: CallDetails, variantId: string) => optionalField(failed ? variantId : null);
const optionalField = (text: string | null): string => (text === null ? NULL_FIELD : copyField(text));
const numberField = (value: number | null): string => (value === null ? NULL_FIELD : String(value));
