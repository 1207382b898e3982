// What a call costs: the tokens that the upstream counted, by the price of the variant that answered.

/** Token counts of one answer, as its `usage` says. */
export interface TokenUsage {
  /** Cached tokens are among them. */
  inputTokens: number;
  cachedInputTokens: number;
  outputTokens: number;
}

export interface TokenPrice {
  inputPerMillionUsd: number;
  /** Default: the price of other input. */
  cachedInputPerMillionUsd?: number | undefined;
  outputPerMillionUsd: number;
}

const MILLION = 1_000_000;

/** Example: `costUsd({inputTokens: 1000, cachedInputTokens: 0, outputTokens: 500}, price)`. */
export function costUsd(usage: TokenUsage, price: TokenPrice): number {
  const cached = Math.min(usage.cachedInputTokens, usage.inputTokens);
  const cachedPrice = price.cachedInputPerMillionUsd ?? price.inputPerMillionUsd;
  const input = (usage.inputTokens - cached) * price.inputPerMillionUsd + cached * cachedPrice;
  return (input + usage.outputTokens * price.outputPerMillionUsd) / MILLION;
}
