// Faults of the local upstream, as they are ordered over `POST /__control/faults` or in the same process.

export type Fault =
  /** This status instead of an answer. */
  | { kind: "status"; status: number; body?: unknown; headers?: Record<string, string> }
  /** The connection breaks before the answer. */
  | { kind: "reset" }
  /** No answer, ever. */
  | { kind: "hang" }
  /** The answer begins so much later. */
  | { kind: "slow"; delayMs: number }
  /** A stream's events come one by one, so far apart. */
  | { kind: "pace"; delayMs: number }
  /** A stream breaks, or goes silent, after so many events. */
  | { kind: "cut"; afterEvents: number }
  | { kind: "stall"; afterEvents: number }
  /** An answer like any other with these headers. */
  | { kind: "headers"; headers: Record<string, string> };

const KINDS = ["status", "reset", "hang", "slow", "pace", "cut", "stall", "headers"];

/** `{"faults": [{"kind": "status", "status": 503}]}` */
export function parseFaults(text: string): Fault[] {
  const { faults } = JSON.parse(text) as { faults: Fault[] };
  for (const { kind } of faults) {
    if (!KINDS.includes(kind)) throw new Error(`A fault is one of ${KINDS.join(", ")}.`);
  }
  return faults;
}
