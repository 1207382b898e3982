// Names and texts in SQL: whatever they hold, they stay inside of their quotes, or are refused.
import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { expect, test } from "vitest";
import { SHARED_START_TIMEOUT_MS, startSharedBigQuery } from "../../../dev/standins/bigquery/sharedEmulator.ts";
import { dayRanges, mergeSql } from "../../../src/providers/bigquery/export/mergeStatement.ts";
import {
  columnSql,
  datetimeSql,
  labelValue,
  stringSql,
  type TableRef,
  tableSql,
  tableText,
  timestampSql,
} from "../../../src/providers/bigquery/names.ts";
import { SyncError } from "../../../src/domain/errors.ts";

const BREAKERS = ["`", "'", '"', "\\", ".", ";", "-", "#", "/", "*", "\n", "\r", "\u2028", "\0", "a", " ", "é"];
/** Text that breaks out where it can: quotes, escapes and comments are likelier than letters. */
const hostile = fc.oneof(
  fc.string({ unit: fc.constantFrom(...BREAKERS) }),
  fc.string({ unit: "grapheme" }),
  fc.string({ unit: "binary" }),
  fc.stringMatching(/^[A-Za-z0-9_]{1,20}$/),
);
const projects = fc.oneof(hostile, fc.constant("my-project"), fc.constant("example.com:my-project"));
const RUNS = { numRuns: 2_000 };

/** The quoted text; null where it was refused as a name should be. */
function quoted(make: () => string): string | null {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof SyncError) || error.kind !== "schema") throw error;
    if (error.message.length > 300 || /[\p{Cc}\u2028\u2029]/u.test(error.message))
      throw new Error("a bad message", { cause: error });
    return null;
  }
}

/** What is between the quotes of each identifier, if there is nothing but identifiers and dots. */
function identifiers(sql: string): string[] | null {
  return /^`[^`\\'"\p{Cc}]+`(\.`[^`\\'"\p{Cc}]+`)*$/u.test(sql) ? sql.slice(1, -1).split("`.`") : null;
}

test("a column is one quoted identifier or none at all", () => {
  const holds = (name: string): boolean => {
    const sql = quoted(() => columnSql(name));
    return sql === null || isDeepStrictEqual(identifiers(sql), [name]);
  };
  fc.assert(fc.property(hostile, holds), RUNS);
  expect(quoted(() => columnSql("a`; DROP"))).toBeNull();
  expect(columnSql("größe <1>")).toBe("`größe <1>`");
});

test("a table is three quoted identifiers or none at all", () => {
  const holds = (projectId: string, datasetId: string, tableId: string): boolean => {
    const sql = quoted(() => tableSql({ projectId, datasetId, tableId }));
    return sql === null || isDeepStrictEqual(identifiers(sql), [projectId, datasetId, tableId]);
  };
  fc.assert(fc.property(projects, hostile, hostile, holds), RUNS);
  const old = { projectId: "example.com:my-project", datasetId: "d", tableId: "my table" };
  expect(tableSql(old)).toBe("`example.com:my-project`.`d`.`my table`");
});

const dayOf = (day: string): number => Date.parse(`${day}T00:00:00Z`) / 86_400_000;

test("a MERGE is the same statement whatever its tables are called", () => {
  const ref = fc.record({ projectId: projects, datasetId: hostile, tableId: hostile });
  const plain = { projectId: "my-project", datasetId: "d", tableId: "t" };
  const bounds = { days: [dayOf("2026-01-31"), dayOf("2026-02-01")] };
  const bare = (sql: string) => sql.replaceAll(/`[^`]*`/g, "``");
  const usual = mergeSql({ target: plain, staging: plain, ...bounds });
  const holds = (target: TableRef, staging: TableRef): boolean => {
    const sql = quoted(() => mergeSql({ target, staging, ...bounds }));
    return sql === null || bare(sql) === bare(usual);
  };
  fc.assert(fc.property(ref, ref, holds), RUNS);
  // Whole days, as constants: the partitions that are read.
  expect(usual).toContain("T.`timestamp` >= TIMESTAMP '2026-01-31 00:00:00.000+00:00'");
  expect(usual).toContain("T.`timestamp` < TIMESTAMP '2026-02-02 00:00:00.000+00:00'");
});

test("a MERGE reads the days that occur, not all between the first and the last", () => {
  const table = { projectId: "my-project", datasetId: "d", tableId: "t" };
  const daysRead = (days: number[]): number =>
    dayRanges(days).reduce((sum, { first, last }) => sum + last - first + 1, 0);
  const today = dayOf("2026-03-31");
  expect(dayRanges([today - 80, today - 1, today])).toEqual([
    { first: today - 80, last: today - 80 },
    { first: today - 1, last: today },
  ]);
  expect(daysRead([today - 80, today])).toBe(2);
  // One day in three: too many ranges for one statement, so that the narrowest gaps are read too.
  const sparse = [0, ...Array.from({ length: 300 }, (_, i) => 1_000 + 3 * i)];
  const ranges = dayRanges(sparse);
  expect(ranges).toHaveLength(100);
  expect(ranges[0]).toEqual({ first: 0, last: 0 });
  for (const day of sparse) expect(ranges.some(({ first, last }) => first <= day && day <= last)).toBe(true);
  expect(mergeSql({ target: table, staging: table, days: sparse }).length).toBeLessThan(20_000);
});

/** A string literal of GoogleSQL read character by character: its text, if it ends at its very end. */
function readLiteral(sql: string): string | null {
  let text = "";
  for (let i = 1; i < sql.length; i++) {
    const char = sql.charAt(i);
    if (char === "'") return sql.startsWith("'") && i === sql.length - 1 ? text : null;
    if (/[\p{Cc}\u2028\u2029]/u.test(char)) return null;
    if (char !== "\\") {
      text += char;
      continue;
    }
    const next = sql.charAt(++i);
    if (next === "u") {
      text += String.fromCharCode(Number.parseInt(sql.slice(i + 1, i + 5), 16));
      i += 4;
    } else text += next;
  }
  return null;
}

test("a text is one literal that reads as the text", () => {
  const holds = (text: string): boolean => {
    const sql = quoted(() => stringSql(text));
    return sql === null ? /\p{Cs}/u.test(text) : readLiteral(sql) === text;
  };
  fc.assert(fc.property(hostile, holds), RUNS);
  expect(quoted(() => stringSql("\ud800"))).toBeNull();
  expect(quoted(() => stringSql("x".repeat(20_000)))).toBeNull();
});

test(
  "the literals read the same in a query",
  async () => {
    const { control } = await startSharedBigQuery();
    // Without control characters: the emulator does not know GoogleSQL's escapes of them.
    const texts = ["'", '"', "\\", "\\'", "`", "-- x", "/* x", "# x", "😀é", "\\u0041", "%", "", "';--", "'''", '"""'];
    const selects = texts.map((text, i) => `SELECT ${i} AS i, ${stringSql(text)} AS t`).join(" UNION ALL ");
    const { rows } = await control.query("names-project", `SELECT t FROM (${selects}) ORDER BY i`);
    await control.close();
    expect(rows.map((row) => row["t"])).toEqual(texts);
  },
  SHARED_START_TIMEOUT_MS,
);

test("times are constants in UTC to the millisecond", () => {
  expect(timestampSql(1_767_225_600_007)).toBe("TIMESTAMP '2026-01-01 00:00:00.007+00:00'");
  expect(datetimeSql(-1)).toBe("DATETIME '1969-12-31 23:59:59.999'");
  expect(() => timestampSql(Number.NaN)).toThrow(SyncError);
  expect(() => timestampSql(8e15)).toThrow(SyncError);
});

test("label values keep to Google's rules", () => {
  const holds = (text: string): boolean => /^[a-z0-9_-]{0,63}$/.test(labelValue(text));
  fc.assert(fc.property(hostile, holds), RUNS);
  expect(labelValue("4F2A-b_c")).toBe("4f2a-b_c");
});

test("names in messages are short and on one line", () => {
  const text = tableText({ projectId: "p", datasetId: "d\n\u2028", tableId: "x".repeat(500) });
  expect(text).toMatch(/^d\?\?\.x{80}…$/);
});
