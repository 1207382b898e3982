// Rolling windows by the stand-in's clock, so that a test can skip an hour.

/** The sum of amounts in the last `windowMs`, in `slots` equal parts, so that memory does not grow with the rate. */
export class RollingSum {
  readonly #slotMs: number;
  readonly #sums: Float64Array;
  readonly #slotNumbers: Float64Array;

  constructor(windowMs: number, slots: number) {
    this.#slotMs = windowMs / slots;
    this.#sums = new Float64Array(slots);
    this.#slotNumbers = new Float64Array(slots).fill(-1);
  }

  add(nowMs: number, amount: number): void {
    const number = Math.floor(nowMs / this.#slotMs);
    const slot = number % this.#sums.length;
    if (this.#slotNumbers[slot] !== number) {
      this.#slotNumbers[slot] = number;
      this.#sums[slot] = 0;
    }
    this.#sums[slot] = (this.#sums[slot] ?? 0) + amount;
  }

  total(nowMs: number): number {
    const number = Math.floor(nowMs / this.#slotMs);
    let total = 0;
    for (let slot = 0; slot < this.#sums.length; slot++) {
      const age = number - (this.#slotNumbers[slot] ?? -1);
      if (age >= 0 && age < this.#sums.length) total += this.#sums[slot] ?? 0;
    }
    return total;
  }
}

/** The exact times of the requests in a window, for small limits. */
export class RollingTimes {
  readonly #windowMs: number;
  #timesMs: number[] = [];

  constructor(windowMs: number) {
    this.#windowMs = windowMs;
  }

  count(nowMs: number): number {
    this.#timesMs = this.#timesMs.filter((timeMs) => timeMs > nowMs - this.#windowMs && timeMs <= nowMs);
    return this.#timesMs.length;
  }

  add(nowMs: number): void {
    this.#timesMs.push(nowMs);
  }

  /** Milliseconds until the oldest request leaves the window. */
  waitMs(nowMs: number): number {
    return Math.max(0, (this.#timesMs[0] ?? nowMs) + this.#windowMs - nowMs);
  }
}
