// Ingest of raw exposures: all of a call or none, durable when it resolves.
import type { Exposure } from "../../domain/exposure.ts";
import type { Pool } from "pg";
import { MAX_EXPOSURE_AHEAD_MS } from "../../domain/limits.ts";
import { ExposureTimeError, type ExposureStore } from "../store.ts";
import { copyField, copyInto } from "../postgres/copy.ts";
import { transaction, type Database } from "../postgres/database.ts";
import { seal } from "./seal.ts";

export interface ExposureOptions {
  sealGraceMs: number;
  exposureMaxAgeDays: number;
}

const DAY_MS = 86_400_000;
/** Bounds how long a stuck ingest can hold its shared lock, and so how long a sealer can wait for it. */
const INGEST_TIMEOUT_MS = 30_000;
const COLUMNS = "exposures (workspace_id, received_at_ms, exposed_at_ms, alias_id, route_id, variant_id, user_id)";

export function createExposureStore({ pool, db }: Database, options: ExposureOptions): ExposureStore {
  return {
    ingest: (workspaceId, exposures) => ingest(pool, workspaceId, exposures, options.exposureMaxAgeDays * DAY_MS),
    seal: (workspaceId) => seal({ pool, db }, workspaceId, options.sealGraceMs),
  };
}

/**
 * The shared lock comes before the first insert, in a statement of its own: whoever holds it exclusively afterwards knows
 * that every exposure with a lower id is committed and visible (see seal.ts).
 */
async function ingest(pool: Pool, workspaceId: string, exposures: Exposure[], maxAgeMs: number): Promise<void> {
  if (exposures.length === 0) return;
  await transaction(pool, BEGIN_INGEST, async (client) => {
    const { rows } = await client.query<{ now: number }>(
      "select pg_advisory_xact_lock_shared(crosscurrent_ingest_lock($1)), crosscurrent_now_ms() as now",
      [workspaceId],
    );
    const nowMs = Number(rows[0]?.now);
    checkTimes(exposures, nowMs, maxAgeMs);
    await copyInto(client, COLUMNS, toLines(workspaceId, exposures, nowMs));
  });
}

/** `transaction_timeout` bounds the whole where the server has it (17 and later); elsewhere each statement and pause is bounded. */
const BEGIN_INGEST = `begin;
  set local statement_timeout = ${INGEST_TIMEOUT_MS};
  set local idle_in_transaction_session_timeout = ${INGEST_TIMEOUT_MS};
  select set_config('transaction_timeout', '${INGEST_TIMEOUT_MS}', true) where current_setting('transaction_timeout', true) is not null`;

function checkTimes(exposures: Exposure[], nowMs: number, maxAgeMs: number): void {
  for (const [index, { exposedAtMs }] of exposures.entries()) {
    if (exposedAtMs === null) continue;
    if (exposedAtMs > nowMs + MAX_EXPOSURE_AHEAD_MS) {
      throw new ExposureTimeError(index, `must be at most ${MAX_EXPOSURE_AHEAD_MS / 60_000} minutes ahead`);
    }
    if (exposedAtMs < nowMs - maxAgeMs) {
      throw new ExposureTimeError(index, `must be at most ${maxAgeMs / DAY_MS} days old`);
    }
  }
}

function* toLines(workspaceId: string, exposures: Exposure[], nowMs: number): Generator<string> {
  const start = `${copyField(workspaceId)}\t${nowMs}\t`;
  for (const exposure of exposures) {
    const ids = `${copyField(exposure.aliasId)}\t${copyField(exposure.routeId)}\t${copyField(exposure.variantId)}`;
    yield `${start}${exposure.exposedAtMs ?? nowMs}\t${ids}\t${copyField(exposure.userId)}\n`;
  }
}
