// Samples for the tests of statistics: reproducible random numbers, and moments in two passes.
import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import type { Moments } from "../../../src/domain/statistics/moments.ts";

/** Evenly from [0, 1), the same for the same seed. */
export function randomOf(seed: number): () => number {
  const generator = xoroshiro128plus(seed);
  return () => uniformFloat64(generator);
}

export function normalOf(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** Of users whose variables are given one by one, in two passes. */
export function momentsOf(variables: readonly (readonly number[])[]): Moments {
  const n = variables[0]?.length ?? 0;
  const means = variables.map((values) => {
    const rough = values.reduce((sum, value) => sum + value, 0) / (n || 1);
    return rough + values.reduce((sum, value) => sum + (value - rough), 0) / (n || 1);
  });
  const deviations = variables.map((values, i) => values.map((value) => value - (means[i] ?? 0)));
  const products = deviations.map((a) =>
    deviations.map((b) => a.reduce((sum, each, user) => sum + each * (b[user] ?? 0), 0)),
  );
  return { n, means, products };
}
