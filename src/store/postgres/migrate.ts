// Brings a database to the current schema. It can run again, and several processes may run it at once.
import { setTimeout as sleep } from "node:timers/promises";
import { Migrator, sql, type Kysely, type Migration } from "kysely";
import { createDayPartitions } from "../exposures/partitions.ts";
import { MIGRATIONS } from "../migrations/index.ts";
import { openDatabase, sqlState } from "./database.ts";

/** Any constant: one lock for all processes that migrate this database. */
const MIGRATION_LOCK = 7_315_001;
/** `lock_not_available` and `deadlock_detected`: other processes were at work on the tables. */
const BUSY = new Set(["55P03", "40P01"]);

interface MigrationWaits {
  /**
   * A change of a table waits this long for those who use it, and those who come meanwhile wait behind it. Each further
   * try waits longer, up to the second number.
   */
  lockMs: readonly [first: number, longest: number];
  /** Between two tries others go on. */
  pauseMs: number;
  giveUpAfterMs: number;
}

const DEFAULT_WAITS: MigrationWaits = { lockMs: [2_000, 8_000], pauseMs: 1_000, giveUpAfterMs: 15 * 60_000 };

/**
 * Applies missing migrations, makes the next days' partitions, and returns the names of the migrations applied now.
 * Servers and workers of the version before are at work meanwhile: each migration is a transaction of its own, and none
 * waits for long while it holds locks.
 */
export async function migrate(databaseUrl: string, waits: MigrationWaits = DEFAULT_WAITS): Promise<string[]> {
  const database = openDatabase(databaseUrl, 2, { statementTimeoutMs: 0 });
  // The lock lasts as long as this transaction, which no timeout may end while migrations run on the other connection.
  const settings = sql`set local idle_in_transaction_session_timeout = 0`;
  try {
    return await database.transaction(async (tx) => {
      // Kysely locks too, but only after it has created its own tables, which two processes could do at once.
      await tx.execute(sql`select pg_advisory_xact_lock(${MIGRATION_LOCK})`);
      const applied = await applyMissing(database.kysely, waits);
      await createDayPartitions(database);
      return applied;
    }, settings);
  } finally {
    await database.close();
  }
}

async function applyMissing(db: Kysely<unknown>, { lockMs, pauseMs, giveUpAfterMs }: MigrationWaits) {
  const applied: string[] = [];
  const endMs = performance.now() + giveUpAfterMs;
  const [firstMs, longestMs] = lockMs;
  let waitMs = firstMs;
  for (;;) {
    const { error, results = [] } = await migratorOf(db, waitMs).migrateUp();
    if (error !== undefined) {
      if (!BUSY.has(sqlState(error) ?? "") || performance.now() > endMs) throw error;
      waitMs = Math.min(waitMs * 1.5, longestMs);
      await sleep(pauseMs * (1 + Math.random()));
      continue;
    }
    if (results.length === 0) return applied;
    applied.push(...results.map(({ migrationName }) => migrationName));
  }
}

export async function isMigrated(databaseUrl: string): Promise<boolean> {
  const database = openDatabase(databaseUrl, 1);
  try {
    const migrations = await migratorOf(database.kysely).getMigrations();
    return migrations.every((migration) => migration.executedAt !== undefined);
  } finally {
    await database.close();
  }
}

/** Migrations wait without limit for locks if no time is given. */
function migratorOf(db: Kysely<unknown>, lockMs = 0): Migrator {
  const waits = sql.raw(`set local lock_timeout = ${Math.round(lockMs)}`);
  const limited = (migration: Migration): Migration => ({
    async up(tx) {
      await waits.execute(tx);
      await migration.up(tx);
    },
  });
  const migrations = Object.fromEntries(Object.entries(MIGRATIONS).map(([name, one]) => [name, limited(one)]));
  return new Migrator({
    db,
    provider: { getMigrations: () => Promise.resolve(migrations) },
    migrationTableName: "crosscurrent_migrations",
    migrationLockTableName: "crosscurrent_migrations_lock",
  });
}
