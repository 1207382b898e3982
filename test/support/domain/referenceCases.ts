// What the references are asked: purchases of CDNOW, and made-up samples of the kinds on which formulas go wrong.
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { gunzipSync } from "node:zlib";
import type { Refusal } from "../../../src/domain/statistics/estimates.ts";
import { normalOf, randomOf } from "./statistics.ts";

const CDNOW = resolve(import.meta.dirname, "../../../dev/demo/data/cdnow_master.txt.gz");

/** A group's users, variable by variable: value, of a ratio the denominator, with CUPED the same of the past. */
export type Group = number[][];

export interface Case {
  name: string;
  kind: "mean" | "proportion" | "ratio" | "cuped" | "cuped ratio";
  alpha: number;
  tuning: number;
  /** Against the spread: sums of squares would have no digits left. */
  large: boolean;
  a: Group;
  b: Group;
}
export interface RefusedCase extends Case {
  difference: "absolute" | "relative";
  refusal: Refusal;
}

export const SAMPLE_RATIOS = [
  { users: [5000, 5000], weights: [1, 1] },
  { users: [5210, 4790], weights: [50, 50] },
  { users: [901, 3020, 6100], weights: [0.1, 0.3, 0.6] },
  { users: [60_000, 61_500], weights: [1, 1] },
  { users: [0, 12], weights: [1, 1] },
  { users: [1, 0, 0], weights: [1, 1, 1] },
  { users: [2_000_101, 199_899, 99, 0], weights: [1_000_000, 100_000, 50, 1] },
];

const VARIABLES = ["dollars", "orders", "bought", "dollarsBefore", "ordersBefore"] as const;
type Variable = (typeof VARIABLES)[number];

/** Dollars and orders of each customer before and after 1 July 1997; two groups by the parity of the customer's number. */
export function cdnow(): Case[] {
  const customers = new Map<number, Record<Variable, number>>();
  for (const line of gunzipSync(readFileSync(CDNOW)).toString("utf8").trim().split("\n")) {
    const [id, day, , dollars] = line.trim().split(/\s+/).map(Number) as [number, number, number, number];
    const customer = customers.get(id) ?? { dollars: 0, orders: 0, bought: 0, dollarsBefore: 0, ordersBefore: 0 };
    if (day >= 19_970_701) {
      customer.dollars += dollars;
      customer.orders += 1;
      customer.bought = 1;
    } else {
      customer.dollarsBefore += dollars;
      customer.ordersBefore += 1;
    }
    customers.set(id, customer);
  }
  const group = (parity: number, variables: Variable[]): Group => {
    const rows = [...customers].filter(([id]) => id % 2 === parity);
    return variables.map((variable) => rows.map(([, row]) => row[variable]));
  };
  const make = (kind: Case["kind"], ...variables: Variable[]): Case => ({
    name: `CDNOW ${kind} of ${variables[0]}`,
    kind,
    alpha: 0.05,
    tuning: 5e3,
    large: false,
    a: group(0, variables),
    b: group(1, variables),
  });
  return [
    make("mean", "dollars"),
    make("mean", "orders"),
    make("proportion", "bought"),
    make("ratio", "dollars", "orders"),
    make("cuped", "dollars", "dollarsBefore"),
    make("cuped", "bought", "dollarsBefore"),
    make("cuped ratio", "dollars", "orders", "dollarsBefore", "ordersBefore"),
  ];
}

const random = randomOf(7);

function sample(n: number, one: () => number, shift = 0): Group {
  const other = Array.from({ length: n }, () => Math.exp(normalOf(random)));
  return [other.map((x) => one() + shift * x), other];
}

/** Values and companions of about 1e6 that differ by about one. */
function large(n: number, slope: number, lift = 0): Group {
  const spread = Array.from({ length: n }, () => normalOf(random));
  return [spread.map((x) => 1e6 + lift + slope * x + normalOf(random)), spread.map((x) => 1e6 + x)];
}

type Sketch = [name: string, kind: Case["kind"], a: Group, b: Group];

function fromSketch([name, kind, a, b]: Sketch, i: number): Case {
  const alpha = [0.05, 0.01, 0.2][i % 3] ?? 0.05;
  return { name, kind, alpha, tuning: 500 * (i + 1), large: name.startsWith("large"), a, b };
}

export function madeUp(): Case[] {
  const skewed = () => Math.exp(2 * normalOf(random));
  const coin = (p: number) => () => (random() < p ? 1 : 0);
  const paid = (p: number) => () => (random() < p ? 40 * random() : 0);
  const onePayer: Group = [[9, ...zeros(399)]];
  const few = () => Math.floor(3 * random());
  const sketches: Sketch[] = [
    ["skew", "mean", sample(400, skewed), sample(300, skewed)],
    ["zeros", "mean", sample(500, paid(0.05)), sample(450, paid(0.07))],
    ["one payer", "mean", sample(500, paid(0.05)), onePayer],
    ["ties", "mean", sample(60, few), sample(50, few)],
    ["one group without variance", "mean", sample(20, () => 2), sample(25, () => 1 + random())],
    ["two users each", "mean", sample(2, random), sample(2, random)],
    ["very unequal groups", "mean", sample(3, () => 5 * skewed()), sample(4_000, skewed)],
    ["large", "mean", large(300, 0), large(350, 0, 0.3)],
    ["large and tiny", "mean", large(2, 0), large(900, 0, 1)],
    ["rare conversions", "proportion", sample(4_000, coin(0.01)), sample(4_100, coin(0.012))],
    ["hardly a miss", "proportion", sample(900, coin(0.99)), sample(70, coin(0.9))],
    ["all against some", "proportion", sample(50, () => 1), sample(60, coin(0.5))],
    ["skewed ratio", "ratio", sample(500, () => 5 * random(), 2), sample(520, () => 5 * random(), 2.2)],
    ["ratio of ties and zeros", "ratio", ofFew(400, few, few), ofFew(300, few, few)],
    ["large ratio", "ratio", large(300, 0.5), large(280, 0.7, 1)],
    ["CUPED of skew", "cuped", sample(500, () => 1 + random(), 3), sample(480, () => 1.1 + random(), 3)],
    ["CUPED without correlation", "cuped", sample(300, random), sample(310, random)],
    ["CUPED of mostly zeros", "cuped", ofFew(700, paid(0.05), paid(0.04)), ofFew(650, paid(0.06), paid(0.04))],
    ["large CUPED", "cuped", large(300, 2), large(310, 2, 0.2)],
    ["CUPED of a ratio", "cuped ratio", visits(400, 0), visits(390, 0.2)],
    ["CUPED of a ratio, mostly zeros", "cuped ratio", ofFour(500, paid(0.1), few), ofFour(450, paid(0.1), few)],
    [
      "CUPED of a ratio without a past",
      "cuped ratio",
      [...visits(80, 0).slice(0, 2), zeros(80), zeros(80)],
      visits(90, 0),
    ],
  ];
  return sketches.map(fromSketch);
}

/** What has no interval, and what we call the reason. */
export function refusals(): RefusedCase[] {
  const some = () => sample(20, () => 1 + random());
  const none: Group = [[], []];
  const constant: Group = [
    [3, 3, 3],
    [1, 1, 1],
  ];
  const sketches: [...Sketch, RefusedCase["difference"], Refusal][] = [
    ["an empty group", "mean", some(), none, "absolute", "no_users"],
    ["an empty baseline", "mean", none, some(), "absolute", "no_users"],
    ["one user", "mean", some(), sample(1, random), "absolute", "one_user"],
    ["one user as baseline", "mean", sample(1, () => 2), some(), "relative", "one_user"],
    ["no variance in either group", "mean", constant, constant, "absolute", "no_variance"],
    ["a baseline of zero", "mean", [zeros(9), zeros(9)], some(), "relative", "baseline_not_positive"],
    ["nobody converts", "proportion", [zeros(9), zeros(9)], constantOf(0, 8), "absolute", "no_variance"],
    ["nobody pays", "mean", some(), constantOf(0, 20), "relative", "no_variance"],
    ["everybody converts", "proportion", constantOf(1, 9), constantOf(1, 8), "relative", "no_variance"],
    [
      "a denominator of zero",
      "ratio",
      [
        [1, 2],
        [0, 0],
      ],
      some(),
      "absolute",
      "zero_denominator",
    ],
    ["a ratio that all share", "ratio", constantOf(2, 9), constantOf(2, 8), "absolute", "no_variance"],
  ];
  return sketches.map(([name, kind, a, b, difference, refusal], i) => ({
    ...fromSketch([name, kind, a, b], i),
    difference,
    refusal,
  }));
}

function zeros(n: number): number[] {
  return Array.from({ length: n }, () => 0);
}

function constantOf(value: number, n: number): Group {
  return [zeros(n).map(() => value), zeros(n).map(() => 1)];
}

function ofFew(n: number, value: () => number, other: () => number): Group {
  return [zeros(n).map(value), zeros(n).map(other)];
}

function ofFour(n: number, value: () => number, other: () => number): Group {
  return [...ofFew(n, value, other), ...ofFew(n, value, other)];
}

/** Who spends much per visit does so before, too. */
function visits(n: number, lift: number): Group {
  const generosity = zeros(n).map(() => 0.5 + random());
  const come = () => zeros(n).map(() => 1 + Math.floor(4 * random()));
  const [visited, before] = [come(), come()];
  const spent = (many: number[]) => many.map((visit, i) => visit * ((generosity[i] ?? 0) + 0.2 * random()));
  return [spent(visited).map((each) => each * (1 + lift)), visited, spent(before), before];
}
