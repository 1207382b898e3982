// What the rows of an event's own table say: nothing matched, columns left out, UUIDs that repeat or change.

interface RowWarning {
  code: "nothing_matched" | "columns_left_out" | "uuid_not_unique" | "uuids_change";
  message: string;
}

/** What is known of the table of an event whose provider has one table per event. */
export interface RowFacts {
  /** Columns that are not copied, because policy tags or the like protect them. */
  leftOut: readonly string[];
  /** UUIDs that rows of different content share. */
  twins: number;
  /** Rows of days that were complete before, as far as they were compared; and those that differ in the UUID alone. */
  late: number;
  renamed: number;
  /** How many rows the table has, and whether any of them is shown to us; null if it was not asked. */
  tableRows: number | null;
  visible: boolean | null;
}

export const NO_ROW_FACTS: RowFacts = { leftOut: [], twins: 0, late: 0, renamed: 0, tableRows: null, visible: null };

const MAX_NAMED = 10;
/** A few late rows may have the user and the time of another row by chance. */
const MIN_RENAMED = 3;
const RENAMED_SHARE = 0.5;

export function rowWarnings({ leftOut, twins, late, renamed }: RowFacts): RowWarning[] {
  const warnings: RowWarning[] = [];
  if (leftOut.length > 0) {
    const named = leftOut.slice(0, MAX_NAMED);
    const more = leftOut.length > named.length ? ` and ${leftOut.length - named.length} more` : "";
    const subject = leftOut.length === 1 ? "The column" : "The columns";
    const verb = leftOut.length === 1 ? "has a policy tag and is" : "have policy tags and are";
    const message =
      `${subject} ${named.join(", ")}${more} ${verb} not copied. To copy any of these, name it in the event's ` +
      "columns, and let the service account read its policy tag.";
    warnings.push({ code: "columns_left_out", message });
  }
  if (twins > 0) {
    const message =
      `${twins === 1 ? "1 UUID is that" : `${twins} UUIDs are each that`} of rows with different content. Only the ` +
      "first row of a UUID is kept; another one is listed as rejected. Map a column that is unique for each row.";
    warnings.push({ code: "uuid_not_unique", message });
  }
  if (renamed >= MIN_RENAMED && renamed >= late * RENAMED_SHARE) {
    const message =
      `${renamed} of ${late} rows that were compared came back under another UUID, and are otherwise the same, so ` +
      "that they may count twice. The UUID of a row must be the same at every read, also when the table is built " +
      "anew: make it of the row's own values. Then delete the event and add it again.";
    warnings.push({ code: "uuids_change", message });
  }
  return warnings;
}

interface NameFacts {
  seen: boolean | null;
  nearest: readonly string[];
  completeThroughMs: number | null;
}

/** The table has rows, and none of them became a record. Null if that is not so, or not known. */
export function nothingMatched(
  { tableRows, visible }: RowFacts,
  { seen, nearest, completeThroughMs }: NameFacts,
): RowWarning | null {
  if (tableRows === null || tableRows === 0) return null;
  // Before the first pass is complete, rows that match may still come.
  if (completeThroughMs === null && visible !== false && seen !== false) return null;
  const has = `The table has ${tableRows === 1 ? "1 row" : `${tableRows} rows`}, but none of them matched.`;
  const policy = "A row access policy may hide rows: then add the service account to one of its policies";
  if (visible === false) {
    const message = `${has} The service account sees none of them. ${policy}.`;
    return { code: "nothing_matched", message };
  }
  if (seen === true) {
    const message =
      `${has} Rows of this name exist: they may be older than the first day of the import. ` +
      `${policy}. If neither is so, the next run finds them.`;
    return { code: "nothing_matched", message };
  }
  const names = nearest.map((name) => `“${name}”`).join(", ");
  const hint = names === "" ? "" : ` The nearest values there are ${names}.`;
  const message =
    `${has} Check three causes. The event column must equal the event's name letter by letter.${hint} ${policy}. ` +
    "Rows may be older than the first day of the import.";
  return { code: "nothing_matched", message };
}
