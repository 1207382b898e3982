// Counts the statements that PostgreSQL gets while something runs.
import type { Machine } from "./machine.ts";
import { untilReached } from "./crowd.ts";

const STATEMENT = /LOG: {2}(?:statement|execute [^:]+): /;

/** Slows PostgreSQL down, so nothing else is to be measured meanwhile. `begin` and `commit` count. */
export async function countStatements({ sql, onPostgresLog }: Machine, run: () => Promise<unknown>): Promise<number> {
  let counted = 0;
  let isCounting = true;
  let isThrough = false;
  onPostgresLog((line) => {
    if (line.includes("the end of the count")) isThrough = true;
    else if (isCounting && STATEMENT.test(line)) counted++;
  });
  await sql.query("alter system set log_statement = 'all'");
  await sql.query("select pg_reload_conf()");
  await run();
  await sql.query("select 'the end of the count'");
  // The log comes through a pipe.
  await untilReached(1, () => (isThrough ? 1 : 0));
  isCounting = false;
  await sql.query("alter system reset log_statement");
  await sql.query("select pg_reload_conf()");
  return counted;
}
