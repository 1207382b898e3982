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

/** `begun`: the call is an answer whose end is not known yet. Its `ended` says what it tells. */
type Verdict = "working" | "failing" | "unknown" | "begun";

export interface Breakers {
  /** Null: the upstream is left out for now, and `attempt` did not run. `countsAs` says what a result tells of it. */
  run<T>(
    ref: BreakerRef,
    upstream: NewVariant["upstream"],
    attempt: () => Promise<T>,
    countsAs: (result: T) => Verdict,
  ): Promise<T | null>;
  /** What became of an answer that had begun. */
  ended(workspaceId: string, upstream: NewVariant["upstream"], verdict: "working" | "failing"): void;
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
    // A trial that its caller gave up has not shown that the upstream works. One that began has: its end can be far.
    const isFailing = (judged: unknown): boolean => ["failing", "unknown"].includes((judged as Judged).verdict);
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
          const isSample = verdict === "working" || verdict === "failing";
          if (!isSample && !isTrial) throw new Unsampled(result);
          return { verdict, result };
        });
        return judged.result;
      } catch (error) {
        if (error instanceof Unsampled) return error.result as Awaited<ReturnType<typeof attempt>>;
        if (error instanceof BrokenCircuitError) return null;
        throw error;
      }
    },
    ended(workspaceId, upstream, verdict) {
      const breaker = breakers.get(upstreamKey(workspaceId, upstream));
      // An upstream that is left out meanwhile gets its own trial.
      if (breaker?.state !== CircuitState.Closed) return;
      // Sound: a breaker that is closed throws no error of its own.
      void breaker.execute(() => ({ verdict, result: null }));
    },
    leftOut: () => [...breakers.values()].filter(({ state }) => state !== CircuitState.Closed).length,
  };
}
