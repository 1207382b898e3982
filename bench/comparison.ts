// Comparisons of two sides by alternating runs.

export interface Comparison {
  bench: string;
  against: string;
  ours: number;
  theirs: number;
  unit: string;
  /** How much better ours is. The goal is met if it is at least `goal`. */
  ratio: number;
  goal: number;
}

/** One run of one side. Returns its rate; a higher one is better. */
export type Run = () => Promise<number>;

export interface Pairs {
  ours: number[];
  theirs: number[];
}

export const PAIRS = 3;

/** Runs A B A B …, so that other load affects both sides alike. The first pair warms up and does not count. */
export async function runPairs(ours: Run, theirs: Run, onStep: (step: string) => void, pairs = PAIRS): Promise<Pairs> {
  const rates: Pairs = { ours: [], theirs: [] };
  await ours();
  await theirs();
  for (let pair = 1; pair <= pairs; pair++) {
    rates.ours.push(await ours());
    rates.theirs.push(await theirs());
    onStep(`pair ${pair} of ${pairs}: ours ${shown(rates.ours.at(-1))}, theirs ${shown(rates.theirs.at(-1))}`);
  }
  return rates;
}

/** Compares the medians of two lists of rates. */
export function compareRates(
  named: { bench: string; against: string; unit: string; goal: number },
  { ours, theirs }: Pairs,
): Comparison {
  const [mine, other] = [median(ours), median(theirs)];
  return {
    bench: named.bench,
    against: named.against,
    ours: Math.round(mine),
    theirs: Math.round(other),
    unit: named.unit,
    ratio: rounded(mine / other),
    goal: named.goal,
  };
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** Rounds down, so that a goal that is just missed does not look met. */
export function rounded(ratio: number): number {
  return Math.floor(ratio * 100) / 100;
}

function shown(rate: number | undefined): string {
  return rate === undefined ? "–" : Math.round(rate).toLocaleString("en");
}
