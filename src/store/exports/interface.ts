// Sealed buckets on their way out.
import type { Bucket, ExportProgress } from "../../domain/bucket.ts";

export interface BucketRange {
  workspaceId: string;
  withRevisions: boolean;
  afterSeq: number;
  throughSeq: number;
  limit: number;
}

export interface ExportStore {
  /** The checkpoint: everything at or below it is delivered or listed as rejected. 0 at the start. */
  cursor(integrationId: string): Promise<number>;
  /** Sets the cursor back to an earlier one and counts `sent` anew. Does nothing if the cursor is not later. */
  rewind(integrationId: string, cursorSeq: number): Promise<void>;
  /**
   * Buckets with afterSeq < seq <= throughSeq, in order. `seq` is a bucket's first sequence number or, with revisions,
   * its latest; a bucket revised beyond `throughSeq` is also read at its first one, which is due in this range.
   */
  readBuckets(range: BucketRange): Promise<Bucket[]>;
  /**
   * Moves the cursor from exactly `fromSeq` and keeps the rejected buckets, in one transaction. The integration counts
   * each bucket once, the run its deliveries. True if the cursor is there now. False, with nothing done, if it is
   * behind `fromSeq` or so much was never sealed: the database was restored, so return to `cursor()` and seal anew.
   */
  commit(integrationId: string, runId: string, fromSeq: number, progress: ExportProgress): Promise<boolean>;
  /** Records that everything before `throughMs` is delivered. Never moves backwards. */
  complete(integrationId: string, throughMs: number): Promise<void>;
}
