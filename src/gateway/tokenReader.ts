// Reads `usage` of an answer as its bytes pass: from a JSON body or from the events of a stream.
import type { TokenUsage } from "../domain/tokenPrice.ts";

export interface TokenReader {
  /** Keeps no bytes beyond what the next event needs. */
  push(bytes: Buffer): void;
  /** What the answer said so far; null if it said nothing. */
  usage(): TokenUsage | null;
}
