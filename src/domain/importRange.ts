// Days of an event that are read besides its main passes: because someone asked, or because they could not be read.
import type { ErrorState } from "./errors.ts";
import type { Day } from "./integration.ts";
import type { EventProgress } from "./progress.ts";

/** Both ends are inclusive. */
export interface Days {
  fromDay: Day;
  toDay: Day;
}

export interface ImportRange extends Days {
  id: number;
  event: string;
  /** A `gap` is read because it could not be read before. */
  purpose: "reread" | "gap";
  /** Null before the first page. */
  unfinished: EventProgress["unfinished"];
}

/** Days that cannot be read now. Each run tries them again. */
export interface Gap extends Days {
  error: ErrorState;
}
