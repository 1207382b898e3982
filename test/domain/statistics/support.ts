/** Samples for the tests of statistics: reproducible random numbers, and moments in two passes. */
import type { Moments, PairMoments } from "../../../src/domain/statistics/moments.ts";

/** mulberry32: small, seeded, good enough for thousands of draws. */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export function normalOf(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

export function momentsOf(values: number[]): Moments {
  const n = values.length;
  const rough = values.reduce((sum, value) => sum + value, 0) / (n || 1);
  const mean = rough + values.reduce((sum, value) => sum + (value - rough), 0) / (n || 1);
  return { n, mean, squares: values.reduce((sum, value) => sum + (value - mean) ** 2, 0) };
}

export function pairOf(values: number[], others: number[]): PairMoments {
  const [value, other] = [momentsOf(values), momentsOf(others)];
  const products = values.reduce((sum, each, i) => sum + (each - value.mean) * ((others[i] ?? 0) - other.mean), 0);
  return { value, other, products };
}
