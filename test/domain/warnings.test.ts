// Warnings: each fact gives its words, and what is well gives none.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
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
  overdue: false,
  nextRunAtMs: T,
  export: { enabled: true, rejected: 0, late: 0 },
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
  ])("%s", (_, facts, expected) => {
    expect(ofEvent(facts).map(({ code }) => code)).toEqual(expected);
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
