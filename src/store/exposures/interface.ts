// Exposures on their way in, and their sealing.
import type { Exposure } from "../../domain/exposure.ts";

/** An exposure's time lies outside what is accepted; `index` counts from 0 in the given list. */
export class ExposureTimeError extends Error {
  override readonly name = "ExposureTimeError";
  readonly index: number;
  constructor(index: number, message: string) {
    super(message);
    this.index = index;
  }
}

export interface ExposureStore {
  /**
   * Commits all of them or none: resolves once they are durable. Throws ExposureTimeError for a time over 5 minutes ahead
   * or older than EXPOSURE_MAX_AGE_DAYS by PostgreSQL's clock.
   */
  ingest(workspaceId: string, exposures: Exposure[]): Promise<void>;
  /**
   * Folds everything committed so far into buckets and seals those whose hour (and grace) is over. Misses no row that
   * commits late (see DESIGN: shared advisory lock by ingest, exclusive by the sealer). `throughSeq` is 0 if nothing was ever sealed.
   */
  seal(workspaceId: string): Promise<{ throughSeq: number; throughMs: number }>;
}
