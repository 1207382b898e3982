// Assignment: proportions, stability and the fewest moves, over random weights and users.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { matchRoute, pickVariant } from "../../src/domain/assignment.ts";
import type { RouteConditions } from "../../src/domain/router.ts";
import { assignmentHash, randomNumber } from "../../src/gateway/assignmentHash.ts";

const PLACE = { routerId: "my-router", routeId: "default" };
const weights = fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 1, maxLength: 6 });
const variantsOf = (all: number[]) => all.map((weight, i) => ({ id: `variant-${i}`, weight }));
const users = Array.from({ length: 2_000 }, (_, i) => `user-${i}`);
const assign = (all: number[], user: string) => pickVariant(variantsOf(all), assignmentHash(user, PLACE))?.id;

test("known users have the variants that they always had", () => {
  const golden = ["ann", "bob", "cyd", "ünïcödé 🙂", "x".repeat(255)].map((user) => [
    assign([1, 1], user),
    assign([70, 20, 10], user),
    assignmentHash(user, PLACE)("variant-0").toFixed(12),
  ]);
  expect(golden).toMatchInlineSnapshot(`
    [
      [
        "variant-1",
        "variant-1",
        "0.364344197417",
      ],
      [
        "variant-1",
        "variant-1",
        "0.202726499557",
      ],
      [
        "variant-1",
        "variant-2",
        "0.012259833659",
      ],
      [
        "variant-0",
        "variant-0",
        "0.746859693696",
      ],
      [
        "variant-0",
        "variant-0",
        "0.777081991852",
      ],
    ]
  `);
});

test("shares follow the weights, for users and for random draws", () => {
  fc.assert(
    fc.property(weights, (all) => {
      const total = all.reduce((sum, weight) => sum + weight, 0);
      fc.pre(total > 0);
      for (const draw of [(user: string) => assignmentHash(user, PLACE), () => randomNumber]) {
        const counts = new Map<string, number>();
        for (const user of users) {
          const id = pickVariant(variantsOf(all), draw(user))?.id ?? "";
          counts.set(id, (counts.get(id) ?? 0) + 1);
        }
        for (const { id, weight } of variantsOf(all)) {
          const [share, count] = [weight / total, counts.get(id) ?? 0];
          // Six standard deviations.
          expect(Math.abs(count - share * users.length)).toBeLessThanOrEqual(
            6 * Math.sqrt(users.length * share * (1 - share)) + 1e-9,
          );
        }
      }
    }),
    { numRuns: 20 },
  );
});

test("another weight for one variant moves users to it or from it alone; order and names of others do not count", () => {
  fc.assert(
    fc.property(weights, fc.nat(5), fc.integer({ min: 0, max: 40 }), (all, index, weight) => {
      const changed = index % all.length;
      const after = all.with(changed, weight);
      fc.pre(all.some((one) => one > 0) && after.some((one) => one > 0));
      for (const user of users.slice(0, 300)) {
        const [was, is] = [assign(all, user), assign(after, user)];
        expect(pickVariant(variantsOf(all).toReversed(), assignmentHash(user, PLACE))?.id).toBe(was);
        const moved = was !== is;
        const gained = weight > (all[changed] ?? 0);
        expect(moved && (gained ? is : was) !== `variant-${changed}`).toBe(false);
      }
    }),
    { numRuns: 60 },
  );
});

test("the same weights times any factor move nobody", () => {
  for (const user of users.slice(0, 500)) expect(assign([0.3, 0.5, 0.2], user)).toBe(assign([3, 5, 2], user));
});

test("a user is assigned anew on another route and router", () => {
  const same = users.filter((user) => {
    const elsewhere = assignmentHash(user, { ...PLACE, routeId: "other" });
    return pickVariant(variantsOf([1, 1]), elsewhere)?.id === assign([1, 1], user);
  });
  expect(same.length / users.length).toBeGreaterThan(0.4);
  expect(same.length / users.length).toBeLessThan(0.6);
});

test("without any weight nobody serves", () => {
  expect(pickVariant(variantsOf([0, 0]), randomNumber)).toBeUndefined();
  expect(pickVariant([], randomNumber)).toBeUndefined();
});

describe("conditions", () => {
  const routes: { id: string; conditions: RouteConditions }[] = [
    { id: "both", conditions: { metadata: { plan: "pro", region: ["eu", "us"] }, models: ["fast", "cheap"] } },
    { id: "plan", conditions: { metadata: { plan: "pro" } } },
    { id: "hint", conditions: { models: ["fast"] } },
    { id: "rest", conditions: {} },
  ];
  test.each([
    [{ plan: "pro", region: "us", more: "x" }, "cheap", "both"],
    [{ plan: "pro", region: "asia" }, "fast", "plan"],
    [{ plan: "free" }, "fast", "hint"],
    [{ plan: 1 }, "slow", "rest"],
    [{}, null, "rest"],
  ])("%j with the hint %s: %s", (metadata, modelHint, id) => {
    expect(matchRoute(routes, { metadata, modelHint })?.id).toBe(id);
  });
  test("what an object inherits is no metadata", () => {
    expect(matchRoute([{ conditions: { metadata: { constructor: "x" } } }], { metadata: {}, modelHint: null })).toBe(
      undefined,
    );
  });
});
