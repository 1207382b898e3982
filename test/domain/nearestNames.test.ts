// The nearest names of a list, and the distance between two names.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { editDistance, findName } from "../../src/domain/nearestNames.ts";

const words = fc.string({ unit: fc.constantFrom("a", "b", "c", "_"), maxLength: 8 });

describe("findName", () => {
  test("a name in another case comes first, then those with the fewest edits", () => {
    const known = ["refund", "purchased", "purchases_2", "Purchase", "purchase_completed"];
    expect(findName("purchase", known)).toEqual({
      seen: false,
      nearest: ["Purchase", "purchased", "purchases_2"],
    });
  });

  test("a known name has only such neighbours as differ in case alone", () => {
    expect(findName("purchase", ["purchase", "Purchase", "purchased"])).toEqual({ seen: true, nearest: ["Purchase"] });
    expect(findName("purchase", ["purchase"])).toEqual({ seen: true, nearest: [] });
  });

  test("nothing is near in an empty project", () => {
    expect(findName("purchase", [])).toEqual({ seen: false, nearest: [] });
  });

  test("finds the same names as comparing with all of them to the end", () => {
    const rated = (name: string, known: string[]) =>
      known
        .map((one) => ({ one, edits: one.toLowerCase() === name.toLowerCase() ? -1 : editDistance(one, name) }))
        .toSorted((a, b) => a.edits - b.edits || (a.one < b.one ? -1 : 1))
        .slice(0, 3)
        .map(({ one }) => one);
    fc.assert(
      fc.property(words, fc.uniqueArray(words, { maxLength: 12 }), (name, names) => {
        const known = names.filter((one) => one !== name);
        expect(findName(name, known)).toEqual({ seen: false, nearest: rated(name, known) });
      }),
    );
  });

  test("5,000 long names take a moment, not seconds", () => {
    const known = Array.from({ length: 5_000 }, (_, i) => `${"long_".repeat(50)}${i}`);
    const startedMs = performance.now();
    findName("x".repeat(255), known);
    expect(performance.now() - startedMs).toBeLessThan(5_000);
  });
});

describe("editDistance", () => {
  test.each([
    ["kitten", "sitting", 3],
    ["", "abc", 3],
    ["purchase", "purchase", 0],
  ])("%s to %s is %i", (a, b, edits) => {
    expect(editDistance(a, b)).toBe(edits);
  });

  test("is symmetric, keeps to the triangle, and stops beyond a limit", () => {
    fc.assert(
      fc.property(words, words, words, fc.nat(8), (a, b, c, limit) => {
        const edits = editDistance(a, b);
        expect(editDistance(b, a)).toBe(edits);
        expect(editDistance(a, c)).toBeLessThanOrEqual(edits + editDistance(b, c));
        expect(Math.min(editDistance(a, b, limit), limit + 1)).toBe(Math.min(edits, limit + 1));
      }),
    );
  });
});
