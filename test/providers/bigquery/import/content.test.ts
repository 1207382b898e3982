// What is in rows: columns chosen or protected, rows hidden or of other names, rows without a time or a user.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ImportedRow } from "../../../../src/domain/importedRow.ts";
import type { EventDefinition } from "../../../../src/domain/event.ts";
import { planBigQueryRanges } from "../../../../src/providers/bigquery/import/planPasses.ts";
import { settingsOf } from "../../../../src/providers/bigquery/options.ts";
import { reportSource } from "../../../../src/providers/bigquery/import/reportSource.ts";
import { SHARED_START_TIMEOUT_MS } from "../../../../dev/standins/bigquery/sharedEmulator.ts";
import {
  createImportCustomer,
  DATASET,
  DAY_MS,
  eventOf,
  idsOf,
  type ImportCustomer,
  readAll,
  readPage,
  plan,
  rowOf,
  SMALL_PAGES,
  START_MS,
  USUAL_FIELDS,
} from "../../../support/providers/bigqueryImport.ts";
import { NO_PROGRESS } from "../../../../src/domain/progress.ts";

const TARGET_MS = START_MS + 10 * DAY_MS;
const FIELDS = [...USUAL_FIELDS, { name: "ssn", type: "STRING" }, { name: "Note", type: "STRING" }];
const personal = (id: string, n: number) => rowOf(id, START_MS + n, { ssn: "078-05-1120", Note: "hello" });

let customer: ImportCustomer;
let email: string;
beforeAll(async () => {
  customer = await createImportCustomer("content-project");
  email = settingsOf(customer.connection).serviceAccountEmail;
}, SHARED_START_TIMEOUT_MS);
afterAll(() => customer.close());

async function tableOf(name: string, rows = [personal(`${name}-1`, 1), personal(`${name}-2`, 2)]): Promise<void> {
  await customer.createTable(name, FIELDS);
  await customer.load(name, rows);
}

const protect = (table: string, protection: Parameters<typeof customer.control.protectTable>[3]) =>
  customer.control.protectTable(customer.projectId, DATASET, table, protection);

const columnsOf = (rows: ImportedRow[]): string[] => Object.keys(JSON.parse(rows[0]?.properties ?? "{}") as object);
const USUAL = USUAL_FIELDS.map(({ name }) => name);
const SSN = { tag: "Business : ssn", readers: [] };

async function leftOutBy(event: EventDefinition): Promise<readonly string[] | undefined> {
  const [pass] = plan(customer, [event], NO_PROGRESS, TARGET_MS);
  let leftOut: readonly string[] | undefined;
  await readPage(customer, [event], pass?.progress ?? NO_PROGRESS, {
    onChunk: (chunk) => {
      leftOut = chunk.leftOut;
    },
  });
  return leftOut;
}

describe("columns", () => {
  test("an event copies the columns that it names, in any case, and always those that are mapped", async () => {
    await tableOf("chosen");
    const event = eventOf("purchase", "chosen", { columns: ["note"] });
    const { rows } = await readAll(customer, [event], TARGET_MS);
    expect(idsOf(rows)).toEqual(["chosen-1", "chosen-2"]);
    expect(columnsOf(rows).toSorted()).toEqual(
      ["event_name", "user_id", "created_at", "event_uuid", "Note"].toSorted(),
    );
    expect(await leftOutBy(event)).toEqual([]);
  });

  test("a column that the table lacks is named", async () => {
    await tableOf("lacking");
    const event = eventOf("purchase", "lacking", { columns: ["amont"] });
    await expect(readAll(customer, [event], TARGET_MS)).rejects.toMatchObject({
      kind: "schema",
      message: expect.stringMatching(/no column "amont", which the event's columns name/) as string,
    });
  });

  test("a column with a policy tag is left out and said, and the rest is imported", async () => {
    await tableOf("tagged");
    // Even if the account may read it: people who tag a column do not expect copies of it.
    await protect("tagged", { policyTags: { ssn: { ...SSN, readers: [email] } } });
    const event = eventOf("purchase", "tagged");
    const { rows } = await readAll(customer, [event], TARGET_MS);
    expect(idsOf(rows)).toEqual(["tagged-1", "tagged-2"]);
    expect(columnsOf(rows)).toEqual([...USUAL, "Note"]);
    expect(await leftOutBy(event)).toEqual(["ssn"]);
  });

  test("a tag that only the refusal tells of is left out and said too, over several pages", async () => {
    await tableOf(
      "hidden",
      Array.from({ length: 2_500 }, (_, n) => personal(`hidden-${n}`, n)),
    );
    await protect("hidden", { policyTags: { ssn: SSN }, hidesTags: true });
    const event = eventOf("purchase", "hidden");
    const { rows, pages } = await readAll(customer, [event], TARGET_MS, { limits: SMALL_PAGES });
    expect(pages.length).toBeGreaterThan(1);
    expect(new Set(idsOf(rows)).size).toBe(2_500);
    expect(columnsOf(rows)).toEqual([...USUAL, "Note"]);
    expect(await leftOutBy(event)).toEqual(["ssn"]);
  });

  test("a tagged column that the event names is read if the account may, else it is a clear error", async () => {
    await tableOf("named");
    const event = eventOf("purchase", "named", { columns: ["ssn"] });
    await protect("named", { policyTags: { ssn: { ...SSN, readers: [email] } } });
    expect(columnsOf((await readAll(customer, [event], TARGET_MS)).rows)).toContain("ssn");
    await protect("named", { policyTags: { ssn: SSN } });
    await expect(readAll(customer, [event], TARGET_MS)).rejects.toMatchObject({
      kind: "permission",
      message: expect.stringMatching(/reading ssn of shop\.named .* Fine-Grained Reader/) as string,
    });
  });

  test("a mapped column with a tag is a clear error", async () => {
    await tableOf("mapped");
    await protect("mapped", { policyTags: { user_id: { ...SSN, tag: "Business : user" } } });
    await expect(readAll(customer, [eventOf("purchase", "mapped")], TARGET_MS)).rejects.toMatchObject({
      kind: "permission",
      message: expect.stringMatching(/reading user_id of shop\.mapped/) as string,
    });
  });
});

describe("a table that gives nothing", () => {
  const report = (name: string, table: string) => reportSource(customer, customer.connection, eventOf(name, table));

  test("an event named Buy whose rows say buy", async () => {
    await tableOf("case", [
      rowOf("1", START_MS, { event_name: "buy" }),
      rowOf("2", START_MS, { event_name: "refund" }),
    ]);
    expect((await readAll(customer, [eventOf("Buy", "case")], TARGET_MS)).rows).toEqual([]);
    const { names, ...rest } = await report("Buy", "case");
    expect(rest).toEqual({ rows: 2, visible: true, isWhole: true });
    expect(names.toSorted()).toEqual(["buy", "refund"]);
  });

  test("a row access policy without this account hides all rows; one with it shows its rows", async () => {
    await tableOf("policy");
    await protect("policy", { rowPolicies: [{ filter: "amount > 0", grantees: ["other@x.iam.gserviceaccount.com"] }] });
    expect((await readAll(customer, [eventOf("purchase", "policy")], TARGET_MS)).rows).toEqual([]);
    expect(await report("purchase", "policy")).toEqual({ rows: 2, visible: false, names: [], isWhole: true });
    await protect("policy", { rowPolicies: [{ filter: "event_uuid = 'policy-2'", grantees: [email] }] });
    const { rows } = await readAll(customer, [eventOf("purchase", "policy")], TARGET_MS);
    expect(idsOf(rows)).toEqual(["policy-2"]);
  });

  test("an empty table, and one that cannot be read", async () => {
    await customer.createTable("empty");
    expect(await report("purchase", "empty")).toMatchObject({ rows: 0, names: [] });
    await tableOf("refused");
    await customer.control.addFault(customer.projectId, {
      kind: "access_denied",
      target: "CreateReadSession",
      times: 1,
    });
    expect(await report("purchase", "refused")).toEqual({ rows: 2, visible: null, names: [], isWhole: false });
  });
});

test("a table that is too slow keeps its size, as far as it is known", async () => {
  await tableOf("slow");
  const slowly = async (target: "CreateReadSession" | "tables.get") => {
    await customer.control.addFault(customer.projectId, { kind: "slow", target, times: 1, delayMs: 2_000 });
    return reportSource(customer, customer.connection, eventOf("purchase", "slow"), 1_000);
  };
  const nothing = { visible: null, names: [], isWhole: false };
  expect(await slowly("CreateReadSession")).toEqual({ rows: 2, ...nothing });
  expect(await slowly("tables.get")).toEqual({ rows: null, ...nothing });
});

describe("rows without a time or a user", () => {
  test("are read once, by the first pass, and told apart by their UUID", async () => {
    await customer.createTable("incomplete");
    const incomplete = Array.from({ length: 400 }, (_, n) =>
      rowOf(`${n}`, START_MS, n % 2 === 0 ? { created_at: null } : { user_id: null }),
    );
    await customer.load("incomplete", [...incomplete, rowOf("good", START_MS)]);
    const event = eventOf("purchase", "incomplete");
    const first = await readAll(customer, [event], TARGET_MS);
    expect(idsOf(first.rows)).toEqual(["good"]);
    expect(first.rejected).toHaveLength(400);
    expect(new Set(first.rejected.map(({ key }) => key)).size).toBe(400);
    expect(first.rejected.map(({ key }) => key)).toContain("17");
    const before = await customer.control.counters(customer.projectId);
    const second = await readAll(customer, [event], TARGET_MS + DAY_MS, { start: first.progress });
    expect(second.rejected).toEqual([]);
    const after = await customer.control.counters(customer.projectId);
    expect(after.rowsServed - before.rowsServed).toBe(0);
  });

  test("days that are read again show those without a time again", async () => {
    await customer.createTable("reread");
    await customer.load("reread", [rowOf("1", START_MS, { created_at: null })]);
    const event = eventOf("purchase", "reread");
    const range = { id: 1, event: "purchase", purpose: "reread" as const, fromDay: "2026-01-02", toDay: "2026-01-03" };
    const ranges = [{ definition: event, range: { ...range, unfinished: null } }];
    const [pass] = planBigQueryRanges({ ranges, highWatermarkMs: TARGET_MS });
    const page = await readPage(customer, [event], pass!.progress);
    expect(page.rejected).toHaveLength(1);
  });
});
