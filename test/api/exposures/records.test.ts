// The hand-written checks of exposure records, held to plain restatements of their rules.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FieldErrors } from "../../../src/api/exposures/fieldErrors.ts";
import { checkExposures } from "../../../src/api/exposures/records.ts";
import { parseRfc3339 } from "../../../src/api/rfc3339.ts";

const NOW_MS = Date.UTC(2026, 10, 22, 12);
const WINDOW = { nowMs: NOW_MS, maxAgeDays: 90 };
const GOOD = { alias_id: "a", route_id: "r", variant_id: "v", user: "u" };

/** The rule, said another way: encode it and look. */
function isGoodId(value: string): boolean {
  const bytes = Buffer.byteLength(value, "utf8");
  const survives = Buffer.from(value, "utf8").toString("utf8") === value;
  return bytes >= 1 && bytes <= 255 && survives && !value.includes("\0");
}

const anyString = fc.oneof(
  fc.string({ unit: "binary", maxLength: 300 }),
  fc.string({ unit: "grapheme", maxLength: 120 }),
  fc.array(fc.integer({ min: 0xd7f0, max: 0xe010 }), { maxLength: 90 }).map((units) => String.fromCharCode(...units)),
  // Around the limit, in characters of 1 to 4 bytes each.
  fc
    .tuple(
      fc.constantFrom("x", "\u00e9", "\u20ac", "\u{1f600}"),
      fc.integer({ min: 245, max: 265 }),
      fc.integer({ min: 0, max: 3 }),
    )
    .map(([unit, bytes, more]) => unit.repeat(Math.floor(bytes / Buffer.byteLength(unit))) + "y".repeat(more)),
);

describe("ids", () => {
  test("accepted exactly where they are 1 to 255 bytes of UTF-8 without NUL", () => {
    fc.assert(
      fc.property(anyString, (user) => {
        const errors = new FieldErrors();
        const checked = checkExposures([{ ...GOOD, user }], WINDOW, errors);
        expect(errors.listed.map(({ path }) => path)).toEqual(isGoodId(user) ? [] : ["exposures[0].user"]);
        expect(checked.map(({ userId }) => userId)).toEqual(isGoodId(user) ? [user] : []);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe("times", () => {
  test("the window is closed on both ends", () => {
    const ahead = NOW_MS + 300_000;
    const oldest = NOW_MS - 90 * 86_400_000;
    const pathsOf = (timestamp: unknown): string[] => {
      const errors = new FieldErrors();
      checkExposures([{ ...GOOD, timestamp }], WINDOW, errors);
      return errors.listed.map(({ path }) => path);
    };
    expect([ahead, oldest, NOW_MS].flatMap(pathsOf)).toEqual([]);
    expect([ahead + 1, oldest - 1].flatMap(pathsOf)).toHaveLength(2);
  });

  test("any instant in any offset is read as that instant", () => {
    const offset = fc.integer({ min: -23 * 60 - 59, max: 23 * 60 + 59 });
    const instant = fc.integer({ min: Date.UTC(1971, 0, 1), max: Date.UTC(2199, 0, 1) });
    fc.assert(
      fc.property(instant, offset, (ms, minutes) => {
        const sign = minutes < 0 ? "-" : "+";
        const clock = [Math.trunc(Math.abs(minutes) / 60), Math.abs(minutes) % 60].map((part) =>
          String(part).padStart(2, "0"),
        );
        const local = new Date(ms + minutes * 60_000).toISOString().replace("Z", `${sign}${clock.join(":")}`);
        expect(parseRfc3339(local)).toBe(ms);
      }),
    );
  });

  test.each([
    ["2024-02-29T00:00:00Z", Date.UTC(2024, 1, 29)],
    ["2026-01-01T00:00:00.5Z", Date.UTC(2026, 0, 1) + 500],
    ["2026-01-01T00:00:00.123456789Z", Date.UTC(2026, 0, 1) + 123],
    ["2016-12-31T23:59:60Z", Date.UTC(2017, 0, 1)],
    ["2000-02-29T00:00:00Z", Date.UTC(2000, 1, 29)],
    ["2100-02-29T00:00:00Z", null],
    ["2026-04-31T00:00:00Z", null],
    ["2026-02-29T00:00:00Z", null],
    ["2026-13-01T00:00:00Z", null],
    ["2026-00-01T00:00:00Z", null],
    ["2026-01-00T00:00:00Z", null],
    ["2026-01-01T24:00:00Z", null],
    ["2026-01-01T00:60:00Z", null],
    ["2026-01-01T00:00:61Z", null],
    ["2026-01-01T00:00:00+24:00", null],
    ["2026-01-01T00:00:00", null],
    ["2026-01-01T00:00Z", null],
    ["+02026-01-01T00:00:00Z", null],
    ["2026-01-01T00:00:00Z\n", null],
  ])("%s", (text, ms) => {
    expect(parseRfc3339(text)).toBe(ms);
  });
});

test("whatever comes, every record is either checked whole or has an error of its own", () => {
  const record = fc.oneof(
    fc.anything(),
    fc.record(
      {
        alias_id: fc.anything(),
        route_id: fc.anything(),
        variant_id: fc.anything(),
        user: fc.anything(),
        timestamp: fc.anything(),
      },
      { requiredKeys: [] },
    ),
    fc.constant(GOOD),
  );
  fc.assert(
    fc.property(fc.array(record, { maxLength: 20 }), (records) => {
      const errors = new FieldErrors();
      const checked = checkExposures(records, WINDOW, errors);
      const refused = new Set(errors.listed.map(({ path }) => /^exposures\[(\d+)\]/.exec(path)?.[1]));
      expect(checked.length + refused.size).toBe(records.length);
    }),
  );
});
