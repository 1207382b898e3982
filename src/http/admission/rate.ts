// A rate of each workspace, such as calls per minute: a bucket that fills steadily, and that a call may overdraw.
import { LRUCache } from "lru-cache";
import { tooMuch } from "./refusals.ts";

export interface RateOptions {
  /** What is counted and how fast, for messages, as in "60 calls of this workspace in a minute". */
  what: string;
  /** Asked for each time, because it depends on the number of servers. 0 means no limit. */
  perSecond: () => number;
  /** How many seconds' worth can be used at once. */
  burstSeconds: number;
  /** Stands in for the clock in tests. */
  nowMs?: () => number;
}

interface Bucket {
  level: number;
  atMs: number;
}

/** A workspace that is pushed out begins anew. It was idle for long, so its bucket was full. */
const MAX_WORKSPACES = 10_000;

export class Rate {
  readonly #options: RateOptions;
  readonly #nowMs: () => number;
  readonly #buckets = new LRUCache<string, Bucket>({ max: MAX_WORKSPACES });

  constructor(options: RateOptions) {
    this.#options = options;
    this.#nowMs = options.nowMs ?? (() => performance.now());
  }

  /** Throws a 429 while the workspace has used up its rate. Counts nothing. */
  check(workspaceId: string): void {
    const perSecond = this.#options.perSecond();
    if (perSecond === 0) return;
    const { level } = this.#fill(workspaceId, perSecond);
    if (level < 1) throw tooMuch(`More than ${this.#options.what}.`, (1 - level) / perSecond);
  }

  /** Counts what a call turned out to be, which may be more than was left: later calls wait for it. */
  count(workspaceId: string, amount: number): void {
    const perSecond = this.#options.perSecond();
    if (perSecond === 0) return;
    this.#fill(workspaceId, perSecond).level -= amount;
  }

  #fill(workspaceId: string, perSecond: number): Bucket {
    const nowMs = this.#nowMs();
    const capacity = Math.max(1, perSecond * this.#options.burstSeconds);
    const bucket = this.#buckets.get(workspaceId) ?? { level: capacity, atMs: nowMs };
    bucket.level = Math.min(capacity, bucket.level + ((nowMs - bucket.atMs) / 1_000) * perSecond);
    bucket.atMs = nowMs;
    this.#buckets.set(workspaceId, bucket);
    return bucket;
  }
}
