// Leaves out upstreams that keep failing, and tries them again after a while. Each workspace has its own.
import { BrokenCircuitError, circuitBreaker, CircuitState, CountBreaker, handleWhenResult } from "cockatiel";
import type { CircuitBreakerPolicy } from "cockatiel";
import { LRUCache } from "lru-cache";
import type { NewVariant } from "../domain/router.ts";
import { upstreamKey } from "./upstreamKey.ts";

/** Ids alone: they are logged. */
export interface BreakerRef {
  workspaceId: string;
  routerId: string;
  routeId: string;
  variantId: string;
}

type Verdict = "working" | "failing" | "unknown";

export interface Breakers {
  /** Null: the upstream is left out for now, and `attempt` did not run. `countsAs` says what a result tells of it. */
  run<T>(
    ref: BreakerRef,
    upstream: NewVariant["upstream"],
    attempt: () => Promise<T>,
    countsAs: (result: T) => Verdict,
  ): Promise<T | null>;
  /** How many upstreams are left out. */
  leftOut(): number;
}

interface BreakerOptions {
  /** How long an upstream is left out before one call tries it. */
  pauseMs: number;
  onChange: (ref: BreakerRef, state: "left_out" | "working") => void;
}

const MAX_BREAKERS = 5_000;
/** It opens if more than half of the last ten calls failed, and at least five came. */
const WINDOW = { threshold: 0.5, size: 10, minimumNumberOfCalls: 5 };

/** Carries a result past a breaker: it handles results, so an error is no sample. */
class Unsampled<T> extends Error {
  override readonly name = "Unsampled";
  readonly result: T;

  constructor(result: T) {
    super("The call says nothing of its upstream.");
    this.result = result;
  }
}

interface Judged {
  verdict: Verdict;
  result: unknown;
}

export function createBreakers({ pauseMs, onChange }: BreakerOptions): Breakers {
  const breakers = new LRUCache<string, CircuitBreakerPolicy>({ max: MAX_BREAKERS });
  const create = (ref: BreakerRef) => {
    // A trial that its caller gave up has not shown that the upstream works.
    const isFailing = (judged: unknown): boolean => (judged as Judged).verdict !== "working";
    const breaker = circuitBreaker(handleWhenResult(isFailing), {
      halfOpenAfter: pauseMs,
      breaker: new CountBreaker(WINDOW),
    });
    breaker.onBreak(() => onChange(ref, "left_out"));
    breaker.onReset(() => onChange(ref, "working"));
    return breaker;
  };
  return {
    async run(ref, upstream, attempt, countsAs) {
      const key = upstreamKey(ref.workspaceId, upstream);
      const breaker = breakers.get(key) ?? create(ref);
      breakers.set(key, breaker);
      // Another call tries it. Waiting for that one could take minutes.
      if (breaker.state === CircuitState.HalfOpen) return null;
      const isTrial = breaker.state === CircuitState.Open;
      try {
        const judged = await breaker.execute(async () => {
          const result = await attempt();
          const verdict = countsAs(result);
          if (verdict === "unknown" && !isTrial) throw new Unsampled(result);
          return { verdict, result };
        });
        return judged.result;
      } catch (error) {
        if (error instanceof Unsampled) return error.result as Awaited<ReturnType<typeof attempt>>;
        if (error instanceof BrokenCircuitError) return null;
        throw error;
      }
    },
    leftOut: () => [...breakers.values()].filter(({ state }) => state !== CircuitState.Closed).length,
  };
}
