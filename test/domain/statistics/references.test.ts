/** The statistics against scipy, statsmodels and gbstats, which nobody here wrote, on purchases of CDNOW and on made-up samples. */
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { text } from "node:stream/consumers";
import { join, resolve } from "node:path";
import { gunzipSync } from "node:zlib";
import { beforeAll, describe, expect, test } from "vitest";
import { LOCAL_DIR } from "../../../dev/paths.ts";
import { pythonPackages } from "../../../dev/python.ts";
import {
  absoluteDifference,
  relativeDifference,
  valueInterval,
  type Compared,
} from "../../../src/domain/statistics/compare.ts";
import { adjustPair, meanOf, proportionOf, ratioOf, type Estimate } from "../../../src/domain/statistics/estimates.ts";
import { sampleRatio } from "../../../src/domain/statistics/sampleRatio.ts";
import { momentsOf, normalOf, pairOf, randomOf } from "./support.ts";

const PINS = ["scipy==1.17.1", "statsmodels==0.15.0", "gbstats==0.8.0", "numpy==1.26.4", "pandas==1.5.3"];
const CDNOW = resolve(import.meta.dirname, "../../../dev/demo/data/cdnow_master.txt.gz");

interface Group {
  value: number[];
  other: number[];
}
interface Case {
  name: string;
  kind: "mean" | "proportion" | "ratio" | "cuped";
  tuning: number;
  a: Group;
  b: Group;
}
interface Answers {
  growthbook: Record<"absolute" | "relative", number[]>[];
  others: ({ scipy: number[]; statsmodels: number[]; own: number[] } | null)[];
  ratios: number[][];
}

const compared = [...cdnow(), ...madeUp()];
const ratios = [
  { users: [5000, 5000], weights: [1, 1] },
  { users: [5210, 4790], weights: [50, 50] },
  { users: [901, 3020, 6100], weights: [0.1, 0.3, 0.6] },
  { users: [60_000, 61_500], weights: [1, 1] },
];
let answers: Answers;

beforeAll(async () => {
  const { binDir } = await pythonPackages(PINS, { venvDir: join(LOCAL_DIR, "statistics-peers") });
  const child = spawn(join(binDir, "python"), [join(import.meta.dirname, "references.py")]);
  child.stdin.end(JSON.stringify({ compared, ratios }));
  const [out, said] = await Promise.all([text(child.stdout), text(child.stderr)]);
  if (out === "") throw new Error(`The references failed: ${said.slice(-2_000)}`);
  answers = JSON.parse(out) as Answers;
}, 300_000);

describe("statistics against references", () => {
  test.each(compared.map((each, i) => [each.name, each, i] as const))("%s: gbstats", (_name, each, i) => {
    const [baseline, other] = estimatesOf(each);
    const options = { alpha: 0.05, tuningUsers: each.tuning };
    const mine = { absolute: absoluteDifference, relative: relativeDifference };
    for (const form of ["absolute", "relative"] as const) {
      expect(far(figures(mine[form](baseline, other, options)), answers.growthbook[i]?.[form] ?? [])).toEqual([]);
    }
  });

  test.each(compared.map((each, i) => [each.name, each, i] as const).filter(([, { kind }]) => kind === "mean"))(
    "%s: Welch by scipy and statsmodels, p-values relatively",
    (_name, each, i) => {
      const [baseline, other] = estimatesOf(each);
      const { difference } = absoluteDifference(baseline, other, { alpha: 0.05, tuningUsers: 5_000 });
      const mine = [difference?.pValue, difference?.low, difference?.high];
      expect(far(mine, answers.others[i]?.scipy ?? [], 0)).toEqual([]);
      expect(far(mine, answers.others[i]?.statsmodels ?? [], 0)).toEqual([]);
      if (baseline.variance === 0) return;
      const own = valueInterval(baseline, 0.05);
      expect(far([own?.low, own?.high], answers.others[i]?.own ?? [], 0)).toEqual([]);
    },
  );

  test.each(ratios.map((each, i) => [each, i] as const))(
    "sample ratio %j: scipy and gbstats",
    ({ users, weights }, i) => {
      const p = sampleRatio(users, weights)?.pValue;
      expect(far([p, p], answers.ratios[i] ?? [])).toEqual([]);
    },
  );
});

function estimatesOf({ kind, a, b }: Case): [Estimate, Estimate] {
  const [pairA, pairB] = [pairOf(a.value, a.other), pairOf(b.value, b.other)];
  const of = { mean: meanOf, proportion: proportionOf } as const;
  const { baseline, other } =
    kind === "cuped"
      ? adjustPair(pairA, pairB)
      : kind === "ratio"
        ? { baseline: ratioOf(pairA), other: ratioOf(pairB) }
        : { baseline: of[kind](momentsOf(a.value)), other: of[kind](momentsOf(b.value)) };
  if (baseline.estimate === null || other.estimate === null) throw new Error("There is no estimate.");
  return [baseline.estimate, other.estimate];
}

function figures({ difference }: Compared): (number | undefined)[] {
  const valid = difference?.alwaysValid;
  return [
    difference?.estimate,
    difference?.low,
    difference?.high,
    difference?.pValue,
    valid?.low,
    valid?.high,
    valid?.pValue,
  ];
}

/** Figures further off than 1e-9 of their size; gbstats takes p-values from 1 − cdf, which has no digits below 1e-16: hence the floor. */
function far(mine: (number | undefined)[], theirs: number[], floor = 1e-13): string[] {
  if (theirs.length === 0 || mine.length !== theirs.length) return [`${mine.length} figures for ${theirs.length}`];
  return theirs.flatMap((their, i) => {
    const off = Math.abs((mine[i] ?? Number.NaN) - their);
    return off <= 1e-9 * Math.abs(their) + floor ? [] : [`figure ${i}: ${mine[i]} for ${their}`];
  });
}

/** Dollars and orders of each customer before and after 1 July 1997; two groups by the parity of the customer's number. */
function cdnow(): Case[] {
  const customers = new Map<number, { after: number; orders: number; before: number }>();
  for (const line of gunzipSync(readFileSync(CDNOW)).toString("utf8").trim().split("\n")) {
    const [id, day, , dollars] = line.trim().split(/\s+/).map(Number) as [number, number, number, number];
    const customer = customers.get(id) ?? { after: 0, orders: 0, before: 0 };
    if (day >= 19_970_701) [customer.after, customer.orders] = [customer.after + dollars, customer.orders + 1];
    else customer.before += dollars;
    customers.set(id, customer);
  }
  const all = [...customers];
  const group = (parity: number, value: "after" | "orders" | "bought", other: "orders" | "before"): Group => {
    const rows = all.filter(([id]) => id % 2 === parity).map(([, row]) => ({ ...row, bought: row.orders > 0 ? 1 : 0 }));
    return { value: rows.map((row) => row[value]), other: rows.map((row) => row[other]) };
  };
  const make = (kind: Case["kind"], value: "after" | "orders" | "bought", other: "orders" | "before"): Case => ({
    ...{ name: `CDNOW ${kind} of ${value}`, kind, tuning: 5_000 },
    ...{ a: group(0, value, other), b: group(1, value, other) },
  });
  return [
    make("mean", "after", "orders"),
    make("mean", "orders", "before"),
    make("proportion", "bought", "before"),
    make("ratio", "after", "orders"),
    make("cuped", "after", "before"),
  ];
}

function madeUp(): Case[] {
  const random = randomOf(7);
  const sample = (n: number, one: () => number, shift = 0): Group => {
    const other = Array.from({ length: n }, () => Math.exp(normalOf(random)));
    return { value: other.map((x) => one() + shift * x), other };
  };
  const cases: [string, Case["kind"], Group, Group][] = [
    [
      "skew",
      "mean",
      sample(400, () => Math.exp(2 * normalOf(random))),
      sample(300, () => Math.exp(2 * normalOf(random))),
    ],
    [
      "zeros",
      "mean",
      sample(500, () => (random() < 0.95 ? 0 : 40 * random())),
      sample(450, () => (random() < 0.93 ? 0 : 40 * random())),
    ],
    ["ties", "mean", sample(60, () => Math.floor(3 * random())), sample(50, () => Math.floor(3 * random()))],
    ["one group without variance", "mean", sample(20, () => 2), sample(25, () => 1 + random())],
    ["two users each", "mean", sample(2, random), sample(2, random)],
    [
      "rare conversions",
      "proportion",
      sample(4_000, () => (random() < 0.01 ? 1 : 0)),
      sample(4_100, () => (random() < 0.012 ? 1 : 0)),
    ],
    ["skewed ratio", "ratio", sample(500, () => 5 * random(), 2), sample(520, () => 5 * random(), 2.2)],
    ["CUPED of skew", "cuped", sample(500, () => 1 + random(), 3), sample(480, () => 1.1 + random(), 3)],
    ["CUPED without correlation", "cuped", sample(300, random), sample(310, random)],
  ];
  return cases.map(([name, kind, a, b], i) => ({ name, kind, tuning: 500 * (i + 1), a, b }));
}
