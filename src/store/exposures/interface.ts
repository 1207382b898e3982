// Exposures on their way in, and how they are sealed.
import type { Exposure } from "../../domain/exposure.ts";

/** An exposure's time is outside of the accepted range; `index` counts from 0 in the given list. */
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
   * Commits all exposures or none: resolves once they are durable. Throws ExposureTimeError for a time over 5 minutes
   * ahead or older than EXPOSURE_MAX_AGE_DAYS by PostgreSQL's clock.
   */
  ingest(workspaceId: string, exposures: Exposure[]): Promise<void>;
  /**
   * Folds all committed exposures into buckets and seals the buckets whose hour and grace are over. No exposure that
   * commits late is missed. `throughSeq` is the highest sequence number that is sealed (0 for none); `throughMs` ends
   * the sealed hours.
   */
  seal(workspaceId: string): Promise<{ throughSeq: number; throughMs: number }>;
}
