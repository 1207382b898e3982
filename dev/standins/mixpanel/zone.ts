// Time zones: the local time of a project created before 2023, and day numbers.
import { IANAZone } from "luxon";

export const DAY_MS = 86_400_000;
const QUARTER_MS = 15 * 60_000;

/** Local time of `timezone`, encoded as if it were UTC. Offsets are cached per quarter hour; none changes within one. */
export class LocalClock {
  readonly #zone: IANAZone;
  readonly #offsetMsByQuarter = new Map<number, number>();

  constructor(timezone: string) {
    this.#zone = IANAZone.create(timezone);
    if (!this.#zone.isValid) throw new Error(`unknown time zone ${timezone}`);
  }

  toLocalMs(utcMs: number): number {
    const quarter = Math.floor(utcMs / QUARTER_MS);
    let offsetMs = this.#offsetMsByQuarter.get(quarter);
    if (offsetMs === undefined) {
      offsetMs = this.#zone.offset(quarter * QUARTER_MS) * 60_000;
      this.#offsetMsByQuarter.set(quarter, offsetMs);
    }
    return utcMs + offsetMs;
  }
}

export function dayOf(timeMs: number): number {
  return Math.floor(timeMs / DAY_MS);
}

/** The day number of a `yyyy-mm-dd`; null if it is not a valid date. */
export function parseDay(text: string | null): number | null {
  if (text === null || !/^\d{4}-\d\d-\d\d$/.test(text)) return null;
  const timeMs = Date.parse(`${text}T00:00:00Z`);
  if (Number.isNaN(timeMs) || new Date(timeMs).toISOString().slice(0, 10) !== text) return null;
  return dayOf(timeMs);
}
