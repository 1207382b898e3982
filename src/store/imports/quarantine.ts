// Rows whose content PostgreSQL refuses (a NUL or a lone surrogate in JSON, a number out of range, a bad UUID): found by
// halving, so that each becomes a rejected record alone and every other row of its chunk is stored.
import type { ImportedRow, RejectedRow } from "../../domain/importedRow.ts";
import type { Pool } from "pg";
import { copyInto } from "../postgres/copy.ts";
import { sqlState, transaction } from "../postgres/database.ts";
import { STAGE, STAGE_COLUMNS, toLines } from "./stagingTable.ts";

/** Data exceptions, and limits of PostgreSQL that a row can exceed. */
const REFUSED = /^(22|54)/;

/** Runs `store` with all rows, and again without the poison ones if it fails on the content of some. */
export async function setPoisonAside<T>(
  pool: Pool,
  rows: ImportedRow[],
  store: (rows: ImportedRow[], poison: RejectedRow[]) => Promise<T>,
): Promise<T> {
  try {
    return await store(rows, []);
  } catch (error) {
    if (!isRefusal(error)) throw error;
  }
  const poison = new Map<ImportedRow, string>();
  await findPoison(pool, rows, poison);
  const clean = rows.filter((row) => !poison.has(row));
  return store(
    clean,
    [...poison].map(([row, reason]) => ({
      event: row.event,
      key: row.uuid,
      reason: `The record cannot be stored: ${reason}`,
      record: row.properties,
    })),
  );
}

/** Tries rows in a transaction that is never committed; halves what is refused. */
async function findPoison(pool: Pool, rows: ImportedRow[], poison: Map<ImportedRow, string>): Promise<void> {
  const reason = await refusalOf(pool, rows);
  if (reason === null) return;
  const [only, ...others] = rows;
  if (only !== undefined && others.length === 0) {
    poison.set(only, reason);
    return;
  }
  const middle = rows.length >> 1;
  await findPoison(pool, rows.slice(0, middle), poison);
  await findPoison(pool, rows.slice(middle), poison);
}

async function refusalOf(pool: Pool, rows: ImportedRow[]): Promise<string | null> {
  try {
    await transaction(pool, `begin; ${STAGE}`, async (client) => {
      await copyInto(client, STAGE_COLUMNS, toLines(rows.map((row) => ({ eventId: 0, row }))));
      await client.query("delete from import_stage");
    });
    return null;
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return error.message;
  }
}

function isRefusal(error: unknown): error is Error {
  return REFUSED.test(sqlState(error) ?? "");
}
