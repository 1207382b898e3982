// A database as an earlier version left it.
import { Migrator } from "kysely";
import { MIGRATIONS } from "../../../src/store/migrations/index.ts";
import type { Database } from "../../../src/store/postgres/database.ts";

/** Runs the migrations that come before `until`, as in "0020". */
export async function migrateUntil(database: Database, until: string): Promise<void> {
  const before = Object.fromEntries(Object.entries(MIGRATIONS).filter(([name]) => name < until));
  const { error } = await new Migrator({
    db: database.kysely,
    provider: { getMigrations: () => Promise.resolve(before) },
    migrationTableName: "crosscurrent_migrations",
    migrationLockTableName: "crosscurrent_migrations_lock",
  }).migrateToLatest();
  if (error !== undefined) throw error;
}
