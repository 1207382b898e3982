// Finds rows that PostgreSQL refuses, by halving: they become rejected records, the others are stored.
import type { ImportedRow, RejectedRow } from "../../domain/importedRow.ts";
import { sqlState } from "../postgres/database.ts";

/** Data exceptions, and limits of PostgreSQL that a row can exceed. */
const REFUSED = /^(22|54)/;

interface Attempts<T> {
  store: (valid: ImportedRow[], invalid: RejectedRow[]) => Promise<T>;
  /** Does all that `store` does, and takes it back: any of its statements may refuse a row. */
  tryOut: (rows: ImportedRow[]) => Promise<void>;
}

/** Stores all rows. If PostgreSQL refuses some, stores the others, with the refused ones as rejected. */
export async function quarantineInvalidRows<T>(rows: ImportedRow[], { store, tryOut }: Attempts<T>): Promise<T> {
  try {
    return await store(rows, []);
  } catch (error) {
    if (!isRefusal(error)) throw error;
  }
  const invalid = new Map<ImportedRow, string>();
  await findInvalid(rows, tryOut, invalid);
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

async function findInvalid(
  rows: ImportedRow[],
  tryOut: (rows: ImportedRow[]) => Promise<void>,
  invalid: Map<ImportedRow, string>,
): Promise<void> {
  if (rows.length === 0) return;
  const reason = await refusalOf(tryOut, rows);
  if (reason === null) return;
  const [only, ...others] = rows;
  if (only !== undefined && others.length === 0) {
    invalid.set(only, reason);
    return;
  }
  const middle = rows.length >> 1;
  await findInvalid(rows.slice(0, middle), tryOut, invalid);
  await findInvalid(rows.slice(middle), tryOut, invalid);
}

async function refusalOf(tryOut: (rows: ImportedRow[]) => Promise<void>, rows: ImportedRow[]): Promise<string | null> {
  try {
    await tryOut(rows);
    return null;
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return error.message;
  }
}

function isRefusal(error: unknown): error is Error {
  return REFUSED.test(sqlState(error) ?? "");
}
