// Finds rows whose content PostgreSQL refuses, by halving: they become rejected records, the others are stored.
import type { ImportedRow, RejectedRow } from "../../domain/importedRow.ts";
import { copyInto } from "../postgres/copy.ts";
import { sqlState, type Database } from "../postgres/database.ts";
import { CREATE_STAGING_TABLE, STAGING_COLUMNS, toLines } from "./stagingTable.ts";

/** Data exceptions, and limits of PostgreSQL that a row can exceed. */
const REFUSED = /^(22|54)/;

/** Runs `store` with all rows. If it fails on the content of some, runs it again without these. */
export async function quarantineInvalidRows<T>(
  db: Database,
  rows: ImportedRow[],
  store: (valid: ImportedRow[], invalid: RejectedRow[]) => Promise<T>,
): Promise<T> {
  try {
    return await store(rows, []);
  } catch (error) {
    if (!isRefusal(error)) throw error;
  }
  const invalid = new Map<ImportedRow, string>();
  await findInvalid(db, rows, invalid);
  const valid = rows.filter((row) => !invalid.has(row));
  return store(
    valid,
    [...invalid].map(([row, reason]) => ({
      event: row.event,
      key: row.uuid,
      reason: `The record cannot be stored: ${reason}`,
      record: row.properties,
    })),
  );
}

async function findInvalid(db: Database, rows: ImportedRow[], invalid: Map<ImportedRow, string>): Promise<void> {
  const reason = await refusalOf(db, rows);
  if (reason === null) return;
  const [only, ...others] = rows;
  if (only !== undefined && others.length === 0) {
    invalid.set(only, reason);
    return;
  }
  const middle = rows.length >> 1;
  await findInvalid(db, rows.slice(0, middle), invalid);
  await findInvalid(db, rows.slice(middle), invalid);
}

/** Copies the rows into the staging table, which forgets them when the transaction ends. */
async function refusalOf(db: Database, rows: ImportedRow[]): Promise<string | null> {
  try {
    const staged = rows.map((row) => ({ eventId: 0, row }));
    await db.transaction((tx) => copyInto(tx, STAGING_COLUMNS, toLines(staged)), CREATE_STAGING_TABLE);
    return null;
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return error.message;
  }
}

function isRefusal(error: unknown): error is Error {
  return REFUSED.test(sqlState(error) ?? "");
}
