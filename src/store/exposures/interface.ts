// Exposures on their way in, and how they are sealed.
import type { Exposure } from "../../domain/exposure.ts";

export interface ExposureStore {
  /** Commits all or none. Throws InvalidFieldError for a time too far ahead or too old by PostgreSQL's clock. */
  ingest(workspaceId: string, exposures: Exposure[]): Promise<void>;
  /** Commits a row of no workspace, as `ingest` would commit one. Rejects while that is not possible. */
  tryIngest(): Promise<void>;
  /** Misses no late commit. `throughSeq` is the highest sealed number (0: none), `throughMs` ends the sealed hours. */
  seal(workspaceId: string): Promise<{ throughSeq: number; throughMs: number }>;
}
