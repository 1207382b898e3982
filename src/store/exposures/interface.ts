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
  /** Commits all or none. Throws ExposureTimeError for a time too far ahead or too old by PostgreSQL's clock. */
  ingest(workspaceId: string, exposures: Exposure[]): Promise<void>;
  /** Misses no late commit. `throughSeq` is the highest sealed number (0: none), `throughMs` ends the sealed hours. */
  seal(workspaceId: string): Promise<{ throughSeq: number; throughMs: number }>;
}
