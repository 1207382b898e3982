// Brings a database to the current schema. It can run again, and several processes may run it at once.
import { Migrator, sql, type Kysely } from "kysely";
import { createDayPartitions } from "../exposures/partitions.ts";
import { MIGRATIONS } from "../migrations/index.ts";
import { openDatabase } from "./database.ts";

/** Any constant: one lock for all processes that migrate this database. */
const MIGRATION_LOCK = 7_315_001;

/** Applies missing migrations, makes the next days' partitions, and returns the names of the migrations applied now. */
export async function migrate(databaseUrl: string): Promise<string[]> {
  const database = openDatabase(databaseUrl, 2, { statementTimeoutMs: 0 });
  // The lock lasts as long as this transaction, which no timeout may end while migrations run on the other connection.
  const settings = sql`set local idle_in_transaction_session_timeout = 0`;
  try {
    return await database.transaction(async (tx) => {
      // Kysely locks too, but only after it has created its own tables, which two processes could do at once.
      await tx.execute(sql`select pg_advisory_xact_lock(${MIGRATION_LOCK})`);
      const { error, results } = await migratorOf(database.kysely).migrateToLatest();
      if (error !== undefined) throw error;
      await createDayPartitions(database);
      return (results ?? []).map((result) => result.migrationName);
    }, settings);
  } finally {
    await database.close();
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

function migratorOf(db: Kysely<unknown>): Migrator {
  return new Migrator({
    db,
    provider: { getMigrations: () => Promise.resolve(MIGRATIONS) },
    migrationTableName: "crosscurrent_migrations",
    migrationLockTableName: "crosscurrent_migrations_lock",
  });
}
