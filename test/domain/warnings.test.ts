// Warnings: each fact gives its words, and what is well gives none.
import type { ExportDestination, MadeAnew } from "../../src/domain/destination.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { NO_ROW_FACTS } from "../../src/domain/rowWarnings.ts";
import type { Gap } from "../../src/domain/importRange.ts";
import {
  eventWarnings,
  integrationWarnings,
  type EventFacts,
  type IntegrationFacts,
} from "../../src/domain/warnings.ts";

const T = Date.UTC(2026, 0, 31, 8);
const HOUR_MS = 3_600_000;
const EVENT: EventFacts = {
  name: "purchase",
  imported: 10,
  rejected: 0,
  completeThroughMs: T,
  seen: true,
  nearest: [],
  gaps: [],
  future: 0,
  propertiesTruncated: false,
  rows: NO_ROW_FACTS,
  lookbackMs: null,
  nearEdge: 0,
  newest: [],
  isLocalTime: false,
  runBytes: null,
  sourceBytes: null,
};
const gap = (fromDay: string, toDay = fromDay): Gap => ({
  fromDay,
  toDay,
  error: { kind: "transient", message: "No answer.", sinceMs: T },
});
const WELL: IntegrationFacts = {
  lastTest: { atMs: T, ok: true, steps: [{ name: "credentials", ok: true }] },
  hasRun: true,
  ownership: null,
  overdue: false,
  nextRunAtMs: T,
  export: { enabled: true, rejected: 0, late: 0, destination: null, madeAnew: null },
  import: { enabled: true },
  deliversUpdates: false,
  events: [EVENT],
};

const codes = (facts: Partial<IntegrationFacts>) => integrationWarnings({ ...WELL, ...facts }).map(({ code }) => code);
const said = (facts: Partial<IntegrationFacts>) =>
  integrationWarnings({ ...WELL, ...facts }).map(({ message }) => message);
const ofEvent = (facts: Partial<EventFacts>) => eventWarnings({ ...EVENT, ...facts });

describe("an integration", () => {
  test("without anything to tell says nothing", () => {
    expect(integrationWarnings(WELL)).toEqual([]);
  });

  test.each<[string, Partial<IntegrationFacts>, string[]]>([
    ["was never tested", { lastTest: null }, ["never_tested"]],
    ["failed its test", { lastTest: { atMs: T, ok: false, steps: [{ name: "Reading", ok: false }] } }, ["test_failed"]],
    ["never ran", { hasRun: false }, ["never_run"]],
    [
      "is off and never ran",
      { hasRun: false, export: { ...WELL.export, enabled: false }, import: { enabled: false } },
      [],
    ],
    ["is overdue", { overdue: true, hasRun: false }, ["overdue"]],
    ["imports no event", { events: [] }, ["no_events"]],
    ["has no event and imports none", { events: [], import: { enabled: false } }, []],
    ["rejected buckets", { export: { ...WELL.export, rejected: 1 } }, ["rejected"]],
    ["rejected rows", { events: [{ ...EVENT, rejected: 2 }] }, ["rejected"]],
    ["has late exposures", { export: { ...WELL.export, late: 3 } }, ["late_exposures"]],
    [
      "has late exposures that correct what was sent",
      { export: { ...WELL.export, late: 3 }, deliversUpdates: true },
      [],
    ],
    ["has an event with a warning", { events: [EVENT, { ...EVENT, future: 1 }] }, ["future_rows"]],
    ["is off with such an event", { events: [{ ...EVENT, future: 1 }], import: { enabled: false } }, []],
  ])("%s", (_, facts, expected) => {
    expect(codes(facts)).toEqual(expected);
  });

  const TABLE: ExportDestination = {
    name: "The table d.t",
    madeAtMs: T,
    endsAtMs: null,
    keepsRowsMs: null,
    remedy: "",
  };

  test("whose destination ends, forgets rows or was made anew says when, how much, and what to do", () => {
    const exported = (destination: ExportDestination, madeAnew: MadeAnew | null = null) => ({
      export: { ...WELL.export, destination, madeAnew },
    });
    expect(codes(exported(TABLE))).toEqual([]);
    expect(said(exported({ ...TABLE, endsAtMs: T, remedy: "Lift it." }))).toEqual([
      "The table d.t expires at 2026-01-31T08:00:00.000Z: it is deleted then, with everything that was sent. Lift it.",
    ]);
    const kept = said(exported({ ...TABLE, keepsRowsMs: 60 * 86_400_000, remedy: "Lift it." }));
    expect(kept).toEqual([
      expect.stringMatching(/keeps rows for 60 days and deletes older ones.*are rejected. Lift it.$/),
    ]);
    const anew = { atMs: T, sent: 110, isResending: false };
    expect(said(exported(TABLE, anew))).toEqual([
      expect.stringMatching(
        /made anew at 2026-01-31T08:00:00.000Z. The 110 buckets sent before went into the earlier one. Send all/,
      ),
    ]);
    expect(said(exported(TABLE, { ...anew, isResending: true }))[0]).toContain("They are being sent again.");
    const off = { ...WELL.export, enabled: false, destination: { ...TABLE, endsAtMs: T }, madeAnew: anew };
    expect(codes({ export: off })).toEqual([]);
  });

  test("whose test warned says at which step", () => {
    const steps = [
      { name: "one", ok: true },
      { name: "two", ok: true, message: "It ends.", warning: true as const },
    ];
    const facts = { lastTest: { atMs: T, ok: true, steps } };
    expect(codes(facts)).toEqual(["test_warned"]);
    expect(said(facts)[0]).toContain("“two”");
  });

  test("says how many records were rejected, of which direction", () => {
    expect(said({ export: { ...WELL.export, rejected: 1 }, events: [{ ...EVENT, rejected: 2 }] })).toEqual([
      "3 records were rejected (1 of the export, 2 of the import). The list of rejected records says why.",
    ]);
  });

  test("names the first step that failed", () => {
    const steps = [
      { name: "one", ok: true },
      { name: "two", ok: false },
      { name: "three", ok: false },
    ];
    expect(said({ lastTest: { atMs: T, ok: false, steps } })).toEqual([
      "The last connection test failed at “two”. Correct the cause, then test again.",
    ]);
  });

  test("says since when it is overdue, if that is known", () => {
    expect(said({ overdue: true })[0]).toContain("is overdue since 2026-01-31T08:00:00.000Z.");
    expect(said({ overdue: true, nextRunAtMs: null })[0]).toContain("is overdue. ");
  });

  test("repeats its events' warnings word by word, with the event's name, and not without end", () => {
    const bad = { ...EVENT, imported: 0, seen: false, nearest: ["Purchase"] };
    expect(said({ events: [bad] })).toEqual([`purchase: ${eventWarnings(bad)[0]?.message}`]);
    expect(codes({ events: Array.from({ length: 200 }, () => bad) })).toHaveLength(20);
  });
});

describe("an event", () => {
  test("that the project has never seen: with the nearest names, and nothing else of names", () => {
    const facts = { imported: 0, seen: false, nearest: ["Purchase", "purchased"] };
    expect(ofEvent(facts)).toEqual([
      {
        code: "event_not_seen",
        message:
          "No event of this name was seen in the project lately. The nearest names there are “Purchase”, “purchased”. " +
          "Names must match letter by letter; a display name is not the event's name.",
      },
    ]);
    expect(ofEvent({ imported: 1, seen: false }).map(({ code }) => code)).toEqual([]);
  });

  test.each<[string, Partial<EventFacts>, string[]]>([
    ["is complete without a record", { imported: 0, seen: null }, ["nothing_imported"]],
    ["is not complete yet", { imported: 0, seen: null, completeThroughMs: null }, []],
    ["is seen but gave nothing", { imported: 0, seen: true }, ["nothing_imported"]],
    ["exists in another case too", { nearest: ["PURCHASE"] }, ["event_in_other_case"]],
    ["has rejected records", { rejected: 1 }, ["rejected"]],
    ["has gaps", { gaps: [gap("2026-01-01", "2026-01-02")] }, ["gaps"]],
    ["has no gaps", { gaps: [], future: 0, propertiesTruncated: false }, []],
    ["has rows of the future", { future: 1 }, ["future_rows"]],
    ["has too many properties", { propertiesTruncated: true }, ["properties_truncated"]],
    ["has protected columns", { rows: { ...NO_ROW_FACTS, leftOut: ["ssn"] } }, ["columns_left_out"]],
    ["has rows that share a UUID", { rows: { ...NO_ROW_FACTS, twins: 1 } }, ["uuid_not_unique"]],
    ["has rows with new UUIDs", { rows: { ...NO_ROW_FACTS, late: 10, renamed: 5 } }, ["uuids_change"]],
    ["has late rows, few of them like others", { rows: { ...NO_ROW_FACTS, late: 100, renamed: 20 } }, []],
    ["has two late rows like others", { rows: { ...NO_ROW_FACTS, late: 2, renamed: 2 } }, []],
    [
      "has a table whose rows do not match",
      { imported: 0, rows: { ...NO_ROW_FACTS, tableRows: 5 } },
      ["nothing_matched"],
    ],
    [
      "has a table of which nothing was read yet",
      { imported: 0, completeThroughMs: null, seen: null, rows: { ...NO_ROW_FACTS, tableRows: 5, visible: true } },
      [],
    ],
    [
      "has a table with rows of its name, and nothing was read yet",
      { imported: 0, completeThroughMs: null, seen: true, rows: { ...NO_ROW_FACTS, tableRows: 5, visible: true } },
      [],
    ],
    [
      "has a table without its name, and nothing was read yet",
      { imported: 0, completeThroughMs: null, seen: false, rows: { ...NO_ROW_FACTS, tableRows: 5, visible: true } },
      ["nothing_matched"],
    ],
    [
      "has a table whose rows are hidden, and nothing was read yet",
      { imported: 0, completeThroughMs: null, seen: null, rows: { ...NO_ROW_FACTS, tableRows: 5, visible: false } },
      ["nothing_matched"],
    ],
    ["has an empty table", { imported: 0, rows: { ...NO_ROW_FACTS, tableRows: 0 } }, ["nothing_imported"]],
    [
      "has a table whose rows were all rejected",
      { imported: 0, rejected: 5, rows: { ...NO_ROW_FACTS, tableRows: 5 } },
      ["nothing_imported", "rejected"],
    ],
  ])("%s", (_, facts, expected) => {
    expect(ofEvent(facts).map(({ code }) => code)).toEqual(expected);
  });

  test("whose table has rows names the three causes, or the one that is certain", () => {
    const saying = (facts: Partial<EventFacts>, visible: boolean | null = true) =>
      ofEvent({ imported: 0, rows: { ...NO_ROW_FACTS, tableRows: 5, visible }, ...facts })[0]?.message;
    const all = saying({ seen: false, nearest: ["buy", "bye"] });
    expect(all).toMatch(/^The table has 5 rows, but none of them matched\. Check three causes\./);
    expect(all).toMatch(/letter by letter\. The nearest values there are “buy”, “bye”\./);
    expect(all).toMatch(/row access policy.*older than the first day/);
    expect(saying({ seen: null }, false)).toMatch(/sees none of them\. A row access policy/);
    expect(saying({ seen: true })).toMatch(/Rows of this name exist: they may be older than the first day/);
  });

  test("names its gaps, and how many more there are", () => {
    const gaps = ["01", "02", "03", "05"].map((day) => gap(`2026-01-${day}`));
    gaps[0] = gap("2025-12-30", "2026-01-01");
    expect(ofEvent({ gaps })[0]?.message).toContain("2025-12-30 to 2026-01-01, 2026-01-02, 2026-01-03, 1 more.");
  });
});

test("whatever the facts are, each warning is one or more whole sentences", () => {
  const facts = fc.record({
    name: fc.string(),
    imported: fc.nat(2),
    rejected: fc.nat(2),
    completeThroughMs: fc.constantFrom(null, T),
    seen: fc.constantFrom(null, true, false),
    nearest: fc.array(fc.string(), { maxLength: 3 }),
    gaps: fc.array(fc.constant(gap("2026-01-01")), { maxLength: 5 }),
    future: fc.nat(2),
    propertiesTruncated: fc.boolean(),
    rows: fc.record({
      leftOut: fc.array(fc.constant("ssn"), { maxLength: 12 }),
      twins: fc.nat(2),
      late: fc.nat(9),
      renamed: fc.nat(9),
      tableRows: fc.constantFrom(null, 0, 1, 5),
      visible: fc.constantFrom(null, true, false),
    }),
    lookbackMs: fc.constantFrom(null, 72 * HOUR_MS),
    nearEdge: fc.nat(2),
    newest: fc.array(fc.record({ atMs: fc.nat(), ageMs: fc.integer() }), { maxLength: 8 }),
    isLocalTime: fc.boolean(),
    runBytes: fc.constantFrom(null, 2 ** 40),
    sourceBytes: fc.constantFrom(null, 2 ** 40),
  });
  fc.assert(
    fc.property(facts, (event) => {
      for (const { message } of eventWarnings(event)) expect(message).toMatch(/^(?:No|\d|The|Nothing|Days|Each).*\.$/s);
    }),
  );
});
