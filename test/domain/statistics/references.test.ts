// The statistics against scipy, statsmodels and gbstats, which nobody here wrote, on purchases of CDNOW and on made-up
// samples.
import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { LOCAL_DIR } from "../../../dev/paths.ts";
import { pythonPackages } from "../../../dev/services/python.ts";
import {
  absoluteDifference,
  relativeDifference,
  valueInterval,
  type Compared,
} from "../../../src/domain/statistics/compare.ts";
import { adjustPair, estimateOf, type Estimate, type Estimated } from "../../../src/domain/statistics/estimates.ts";
import { sampleRatio } from "../../../src/domain/statistics/sampleRatio.ts";
import { cdnow, madeUp, refusals, SAMPLE_RATIOS, type Case } from "../../support/domain/referenceCases.ts";
import { momentsOf } from "../../support/domain/statistics.ts";

const PINS = ["scipy==1.17.1", "statsmodels==0.15.0", "gbstats==0.8.0", "numpy==1.26.4", "pandas==1.5.3"];
/** gbstats takes p-values from 1 − cdf, which has no digits below 1e-16. */
const P_VALUE_FLOOR = 1e-13;
/** Numbers of about a million have ten digits behind the point, whoever subtracts them. */
const LARGE_FLOOR = 1e-9;

interface Answers {
  growthbook: (Record<"absolute" | "relative", number[]> | null)[];
  others: ({ scipy: number[]; statsmodels: number[]; own: number[] } | null)[];
  refused: { scipy: boolean; gbstats: string | null }[];
  ratios: number[][];
}

const compared = [...cdnow(), ...madeUp()];
const refused = refusals();
const numbered = compared.map((each, i) => [each.name, each, i] as const);
let answers: Answers;

beforeAll(async () => {
  const { binDir } = await pythonPackages(PINS, { venvDir: join(LOCAL_DIR, "statistics-peers") });
  const child = spawn(join(binDir, "python"), [join(import.meta.dirname, "references.py")]);
  child.stdin.end(JSON.stringify({ compared, refused, ratios: SAMPLE_RATIOS }));
  const [out, said] = await Promise.all([text(child.stdout), text(child.stderr)]);
  if (out === "") throw new Error(`The references failed: ${said.slice(-2_000)}`);
  answers = JSON.parse(out) as Answers;
}, 300_000);

describe("statistics against references", () => {
  test.each(numbered.filter(([, { kind, large }]) => !(large && kind === "cuped")))("%s: gbstats", (_name, each, i) => {
    const [baseline, other] = estimatesOf(each);
    const options = { alpha: each.alpha, tuningUsers: each.tuning };
    const mine = { absolute: absoluteDifference, relative: relativeDifference };
    for (const form of ["absolute", "relative"] as const) {
      const theirs = answers.growthbook[i]?.[form] ?? [];
      const own = figures(mine[form](needed(baseline), needed(other), options));
      expect(far(own, theirs, each.large ? LARGE_FLOOR : P_VALUE_FLOOR)).toEqual([]);
    }
  });

  test.each(numbered.filter(([, { kind }]) => kind !== "proportion"))(
    "%s: Welch by scipy and statsmodels, p-values relatively",
    (_name, each, i) => {
      const { alpha } = each;
      const [baseline, other] = estimatesOf(each).map(needed) as [Estimate, Estimate];
      const { difference } = absoluteDifference(baseline, other, { alpha, tuningUsers: 5_000 });
      const mine = [difference?.pValue, difference?.low, difference?.high];
      const floor = each.large ? LARGE_FLOOR : 0;
      expect(far(mine, answers.others[i]?.scipy ?? [], floor)).toEqual([]);
      expect(far(mine, answers.others[i]?.statsmodels ?? [], floor)).toEqual([]);
      if (baseline.variance === 0) return;
      const own = valueInterval(baseline, alpha);
      expect(far([own?.low, own?.high], answers.others[i]?.own ?? [], floor)).toEqual([]);
    },
  );

  test.each(refused.map((each, i) => [each.name, each, i] as const))("%s: refused, and why", (_name, each, i) => {
    const [baseline, other] = estimatesOf(each);
    const compare = each.difference === "absolute" ? absoluteDifference : relativeDifference;
    const refusal =
      baseline.refusal ??
      other.refusal ??
      compare(baseline.estimate, other.estimate, { alpha: 0.05, tuningUsers: 5_000 }).refusal;
    expect(refusal).toBe(each.refusal);
    const lacksUsers = refusal === "no_users" || refusal === "one_user";
    expect(lacksUsers && answers.refused[i]?.scipy).toBe(false);
    expect(answers.refused[i]?.gbstats).toMatch(/^(ZERO|NO)_/);
  });

  test.each(SAMPLE_RATIOS.map((each, i) => [each, i] as const))(
    "sample ratio %j: scipy and gbstats",
    ({ users, weights }, i) => {
      const p = sampleRatio(users, weights)?.pValue;
      expect(far([p, p], answers.ratios[i] ?? [])).toEqual([]);
    },
  );
});

function estimatesOf({ kind, a, b }: Case): [Estimated, Estimated] {
  const [from, to] = [momentsOf(a), momentsOf(b)];
  if (kind === "cuped" || kind === "cuped ratio") {
    const { baseline, other } = adjustPair(kind === "cuped" ? "mean" : "ratio", from, to);
    return [baseline, other];
  }
  return [estimateOf(kind, from), estimateOf(kind, to)];
}

function needed({ estimate, refusal }: Estimated): Estimate {
  if (estimate === null) throw new Error(`There is no estimate: ${refusal}.`);
  return estimate;
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

/** Figures further off than 1e-9 of their size. */
function far(mine: (number | undefined)[], theirs: number[], floor = P_VALUE_FLOOR): string[] {
  if (theirs.length === 0 || mine.length !== theirs.length) return [`${mine.length} figures for ${theirs.length}`];
  return theirs.flatMap((their, i) => {
    const off = Math.abs((mine[i] ?? Number.NaN) - their);
    return off <= 1e-9 * Math.abs(their) + floor ? [] : [`figure ${i}: ${mine[i]} for ${their}`];
  });
}
