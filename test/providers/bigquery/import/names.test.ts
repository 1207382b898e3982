// Names of all kinds: each is quoted so that nothing ends its quotes, or refused.
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { rowRestriction } from "../../../../src/providers/bigquery/import/restriction.ts";
import { sourceTableOf } from "../../../../src/providers/bigquery/import/sourceTable.ts";
import { SyncError } from "../../../../src/domain/errors.ts";
import { NO_PROGRESS } from "../../../../src/domain/progress.ts";
import { SHARED_START_TIMEOUT_MS } from "../../../../dev/standins/bigquery/sharedEmulator.ts";
import {
  createImportCustomer,
  DATASET,
  DAY_MS,
  eventOf,
  type ImportCustomer,
  plan,
  readAll,
  readPage,
  rowOf,
  START_MS,
  USUAL_FIELDS,
} from "../../../support/providers/bigqueryImport.ts";
import type { EventSource } from "../../../../src/providers/bigquery/spec.ts";

const BOUND = START_MS + DAY_MS;

let customer: ImportCustomer;

beforeAll(async () => {
  customer = await createImportCustomer("import-names");
}, SHARED_START_TIMEOUT_MS);

afterAll(() => customer.close());

function restrictionOf(name: string, column: string): string | SyncError {
  const schema = { fields: [...USUAL_FIELDS.slice(1), { name: column, type: "STRING" }] };
  const ref = { projectId: customer.projectId, datasetId: DATASET, tableId: "t" };
  try {
    const source = { ...(eventOf(name, "t").source as EventSource), eventFieldName: column };
    const table = sourceTableOf({ type: "TABLE", schema }, ref, source);
    const window = { fromMs: START_MS, toMs: BOUND };
    return rowRestriction({ table, events: [name], window, isLast: false });
  } catch (error) {
    if (error instanceof SyncError) return error;
    throw error;
  }
}

/** One quoted column, one quoted literal, and nothing of either outside of its quotes. */
const RESTRICTION =
  /^`([^`\\]+)` IN \('((?:[^'\\\n\r]|\\.)*)'\) AND `created_at` >= TIMESTAMP '[-0-9 :.+]+' AND `created_at` < TIMESTAMP '[-0-9 :.+]+'$/u;

/** What the restriction asks for: the column and the name; null where it was refused. */
function askedFor(restriction: string | SyncError): [string, string] | null {
  if (typeof restriction !== "string") return null;
  const [, column = "", literal = ""] = RESTRICTION.exec(restriction) ?? [];
  const name = literal.replaceAll(/\\u([0-9a-f]{4})|\\(.)/g, (_, hex?: string, char?: string) =>
    hex === undefined ? (char ?? "") : String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return [column, name];
}

describe("names", () => {
  test("whatever an event or column is called, the restriction asks for exactly that, or is refused", () => {
    const text = fc.string({ unit: "binary", minLength: 1, maxLength: 40 });
    const usual = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_-]{0,20}$/);
    const hostile = fc.constantFrom(
      "'",
      "\\",
      "`",
      "' OR TRUE OR '",
      "\\' OR 1=1 --",
      "a` OR TRUE OR `",
      "x\n--",
      "*/",
      "\u2028",
    );
    const any = fc.oneof(text, usual, hostile);
    let asked = 0;
    fc.assert(
      fc.property(any, any, (name, column) => {
        const restriction = restrictionOf(name, column);
        const pair = askedFor(restriction);
        if (pair !== null) asked++;
        const outcome = restriction instanceof SyncError ? restriction.kind : pair;
        expect(["schema", JSON.stringify([column, name])]).toContain(
          typeof outcome === "string" ? outcome : JSON.stringify(outcome),
        );
      }),
      { numRuns: 1_000 },
    );
    expect(asked).toBeGreaterThan(100);
    expect(askedFor(restrictionOf("' OR TRUE OR '", "event"))).toEqual(["event", "' OR TRUE OR '"]);
    expect(askedFor(restrictionOf("purchase", "a` OR TRUE OR `"))).toBeNull();
  });

  test("odd names of events and columns find their rows", async () => {
    const names = ["it's", "back\\slash", "zoë 🎉", "-1", "a_b-c"];
    await customer.createTable("named");
    await customer.load(
      "named",
      names.map((name) => rowOf(name, START_MS, { event_name: name })),
    );
    const events = names.map((name) => eventOf(name, "named"));
    const { rows } = await readAll(customer, events, BOUND);
    expect(rows.map((row) => row.event).toSorted()).toEqual(names.toSorted());
    for (const row of rows) expect(JSON.parse(row.properties)).toMatchObject({ event_uuid: row.event });
  });

  test("hostile tables and datasets are refused before anything is asked", async () => {
    await customer.control.resetCounters(customer.projectId);
    for (const change of [
      { dataset: "a/b" },
      { dataset: "x`y" },
      { tableName: "t`; DROP TABLE x" },
      { tableName: "../t" },
    ]) {
      const event = eventOf("purchase", "t", change);
      const { error } = await readPage(customer, [event], plan(customer, [event], NO_PROGRESS, BOUND)[0]!.progress);
      expect(error).toMatchObject({ kind: "schema" });
    }
    expect((await customer.control.counters(customer.projectId)).requests["tables.get"]).toBeUndefined();
  });
});
