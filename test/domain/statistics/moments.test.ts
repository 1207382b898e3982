// Moments put together from days are those of all users at once, and rounding is never taken for a difference between
// users.
import fc from "fast-check";
import { expect, test } from "vitest";
import { absoluteDifference } from "../../../src/domain/statistics/compare.ts";
import { adjustPair, estimateOf } from "../../../src/domain/statistics/estimates.ts";
import { merge, NO_USERS, type Moments } from "../../../src/domain/statistics/moments.ts";
import { momentsOf } from "../../support/domain/statistics.ts";

const cents = fc.integer({ min: 1, max: 99_999 }).map((n) => n / 100);
const days = fc.array(fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 5 }), { minLength: 2 });

/** As PostgreSQL gives it: exact sums, rounded once, of users who all pay the same for each of some things. */
function dayOf(price: number, things: number[]): Moments {
  const [n, sum] = [things.length, things.reduce((a, b) => a + b, 0)];
  const squares = things.reduce((a, b) => a + b * b, 0) - sum ** 2 / n;
  const paid = Math.round(price * 100);
  const [of, by] = [(paid * sum) / 100 / n, (paid * squares) / 100];
  return {
    n,
    means: [of, sum / n],
    products: [
      [(paid * paid * squares) / 10_000, by],
      [by, squares],
    ],
  };
}

const mergeAll = (all: Moments[]) => all.reduce(merge, NO_USERS);

test("days merged are their users together, in any number of variables", () => {
  const user = (length: number) =>
    fc.array(fc.integer({ min: -50, max: 50 }), { minLength: length, maxLength: length });
  const users = fc.integer({ min: 1, max: 4 }).chain((length) => fc.array(fc.array(user(length)), { maxLength: 6 }));
  const columns = (of: number[][]) => of[0]?.map((_, i) => of.map((each) => each[i] ?? 0)) ?? [];
  fc.assert(
    fc.property(users, (parts) => {
      const merged = mergeAll(parts.map((part) => momentsOf(columns(part))));
      const all = momentsOf(columns(parts.flat()));
      expect(merged.n).toBe(all.n);
      for (const [i, mean] of all.means.entries()) expect(merged.means[i]).toBeCloseTo(mean, 9);
      for (const [i, product] of all.products.flat().entries())
        expect(merged.products.flat()[i]).toBeCloseTo(product, 6);
    }),
  );
});

test("users who all count the same have no variance, on however many days they came", () => {
  fc.assert(
    fc.property(cents, fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 2, maxLength: 60 }), (price, sizes) => {
      const users = mergeAll(
        sizes.map((n) => ({ n, means: [(Math.round(price * 100) * n) / 100 / n], products: [[0]] })),
      );
      const { estimate: found } = estimateOf("mean", users);
      expect(found?.variance).toBe(0);
      expect(absoluteDifference(found!, found!, { alpha: 0.05, tuningUsers: 5_000 }).refusal).toBe("no_variance");
    }),
  );
});

test("a ratio that all users share, a price, has no variance either", () => {
  fc.assert(
    fc.property(cents, days, (price, parts) => {
      const users = mergeAll(parts.map((things) => dayOf(price, things)));
      fc.pre(users.n > 1 && (users.means[1] ?? 0) > 0);
      expect(estimateOf("ratio", users).estimate?.variance).toBe(0);
    }),
  );
});

test("CUPED takes nothing off where there was nothing before", () => {
  const [a, b] = [
    momentsOf([
      [1, 2, 4],
      [1, 1, 2],
      [0, 0, 0],
      [0, 0, 0],
    ]),
    momentsOf([
      [3, 2, 9],
      [1, 2, 2],
      [1, 0, 2],
      [1, 0, 1],
    ]),
  ];
  const { baseline, other, theta } = adjustPair("ratio", a, b);
  expect(theta).toBe(0);
  expect(baseline).toEqual(estimateOf("ratio", a));
  expect(other.estimate?.mean).toBe(estimateOf("ratio", b).estimate?.mean);
});
