/** Samples for the tests of statistics: reproducible random numbers, and moments in two passes. */
import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import type { Moments, PairMoments } from "../../../src/domain/statistics/moments.ts";

/** Evenly from [0, 1), the same for the same seed. */
export function randomOf(seed: number): () => number {
  const generator = xoroshiro128plus(seed);
  return () => uniformFloat64(generator);
}

export function normalOf(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

export function momentsOf(values: readonly number[]): Moments {
  const n = values.length;
  const rough = values.reduce((sum, value) => sum + value, 0) / (n || 1);
  const mean = rough + values.reduce((sum, value) => sum + (value - rough), 0) / (n || 1);
  return { n, mean, squares: values.reduce((sum, value) => sum + (value - mean) ** 2, 0) };
}

export function pairOf(values: readonly number[], others: readonly number[]): PairMoments {
  const [value, other] = [momentsOf(values), momentsOf(others)];
  const products = values.reduce((sum, each, i) => sum + (each - value.mean) * ((others[i] ?? 0) - other.mean), 0);
  return { value, other, products };
}
