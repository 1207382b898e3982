// Brings a database to the current schema. Safe to run again, and safe when several processes start at once.
import { Migrator } from "kysely";
import { MIGRATIONS } from "../migrations/index.ts";
import { openDatabase, type Database } from "./database.ts";
import { createDayPartitions } from "../exposures/partitions.ts";

/** Any constant: one lock for everybody who migrates this database. */
const MIGRATION_LOCK = 7_315_001;

/** Applies what is missing, makes the next days' partitions, and returns the names of the migrations applied now. */
export async function migrate(databaseUrl: string): Promise<string[]> {
  const database = openDatabase(databaseUrl, 2);
  try {
    const holder = await database.pool.connect();
    try {
      // Kysely locks too, but only after it has created its own tables, which two processes could do at once.
      await holder.query("select pg_advisory_lock($1)", [MIGRATION_LOCK]);
      const { error, results } = await migratorOf(database).migrateToLatest();
      if (error !== undefined) throw error;
      await createDayPartitions(holder);
      return (results ?? []).map((result) => result.migrationName);
    } finally {
      // Ending the session ends its lock, whatever happened.
      holder.release(true);
    }
  } finally {
    await database.db.destroy();
  }
}

/** Whether the schema is current, without changing anything. */
export async function isMigrated(databaseUrl: string): Promise<boolean> {
  const database = openDatabase(databaseUrl, 1);
  try {
    const migrations = await migratorOf(database).getMigrations();
    return migrations.every((migration) => migration.executedAt !== undefined);
  } finally {
    await database.db.destroy();
  }
}

function migratorOf(database: Database): Migrator {
  return new Migrator({
    db: database.db,
    provider: { getMigrations: () => Promise.resolve(MIGRATIONS) },
    migrationTableName: "crosscurrent_migrations",
    migrationLockTableName: "crosscurrent_migrations_lock",
  });
}
