// Copies a test database and puts the copy back in its place, as a backup and its restore would.
import pg from "pg";
import { inject } from "vitest";
import { eventually } from "../eventually.ts";
import type { System } from "./system.ts";

export interface Backup {
  /** Replaces the database by the copy; everybody who is connected is thrown out. */
  restore(): Promise<void>;
}

/** Takes a copy; everybody who is connected is thrown out, as PostgreSQL copies only what nobody uses. */
export async function backUp(system: System): Promise<Backup> {
  const name = new URL(system.database.url).pathname.slice(1);
  const copy = `${name}_copy`;
  // The pool of the test itself is thrown out too.
  if (system.sql.listenerCount("error") === 0) system.sql.on("error", () => {});
  await exclusively(name, [`CREATE DATABASE ${copy} TEMPLATE ${name} STRATEGY file_copy`]);
  await usable(system);
  return {
    restore: async () => {
      await exclusively(name, [`DROP DATABASE ${name} WITH (FORCE)`, `ALTER DATABASE ${copy} RENAME TO ${name}`]);
      await usable(system);
    },
  };
}

async function exclusively(name: string, statements: string[]): Promise<void> {
  const admin = new pg.Client({ connectionString: inject("postgresUrl") });
  await admin.connect();
  try {
    await admin.query(`ALTER DATABASE ${name} WITH ALLOW_CONNECTIONS false`);
    await admin.query("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = $1", [name]);
    for (const statement of statements) await admin.query(statement);
  } finally {
    // A copy is made with connections allowed; the original gets them back.
    await admin.query(`ALTER DATABASE ${name} WITH ALLOW_CONNECTIONS true`);
    await admin.end();
  }
}

/** Pools notice dead connections one by one. */
async function usable(system: System): Promise<void> {
  const asks = () => Promise.all([system.store.nowMs(), system.sql.query("select 1")]);
  await eventually(
    () => asks().catch(() => null),
    (answer) => answer !== null,
  );
}
