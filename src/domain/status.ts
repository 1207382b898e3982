// The workflow's state as users see it.
import type { ErrorState } from "./errors.ts";

export interface StatusProjection {
  integrationId: string;
  /** Null if no signal changed it: the store keeps its own. */
  paused: boolean | null;
  nextRunAtMs: number | null;
  exportError: ErrorState | null;
  importError: ErrorState | null;
  /** By event name. */
  eventErrors: Record<string, ErrorState>;
}
