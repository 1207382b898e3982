// Sufficient statistics, centred: sums of squares about the mean lose no digits where the mean is large and the spread small.

export interface Moments {
  n: number;
  mean: number;
  /** Sum of squared deviations from the mean. */
  squares: number;
}

/** A value and its companion (a ratio's denominator, a covariate), unit by unit. */
export interface PairMoments {
  value: Moments;
  other: Moments;
  /** Sum of products of the deviations. */
  products: number;
}

/** The two together, as if their units had been one sample (Chan, Golub and LeVeque 1983). */
export function mergePairs(a: PairMoments, b: PairMoments): PairMoments {
  const n = a.value.n + b.value.n;
  const weight = n === 0 ? 0 : (a.value.n * b.value.n) / n;
  const [byValue, byOther] = [b.value.mean - a.value.mean, b.other.mean - a.other.mean];
  return {
    value: merge(a.value, b.value),
    other: merge(a.other, b.other),
    products: a.products + b.products + byValue * byOther * weight,
  };
}

function merge(a: Moments, b: Moments): Moments {
  const n = a.n + b.n;
  if (n === 0) return { n: 0, mean: 0, squares: 0 };
  const difference = b.mean - a.mean;
  return {
    n,
    mean: a.mean + (difference * b.n) / n,
    squares: a.squares + b.squares + (difference * difference * a.n * b.n) / n,
  };
}
