// Sealed buckets on their way out.
import type { Bucket, ExportProgress, MarkedBucket, Resent } from "../../domain/bucket.ts";
import type { ExportDestination } from "../../domain/destination.ts";
import type { Day } from "../../domain/integration.ts";
import type { ResendAllResult } from "../../domain/run.ts";

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
  /** Whether rejected buckets are marked to be sent again. */
  hasMarked(integrationId: string): Promise<boolean>;
  /** The highest sequence number of a marked bucket; null without one. Clears the marks of buckets that are gone. */
  markedThrough(integrationId: string): Promise<number | null>;
  /** Marked buckets as they are now, in the order of the sequence numbers under which they were rejected. */
  readMarked(integrationId: string, range: Omit<BucketRange, "workspaceId" | "withRevisions">): Promise<MarkedBucket[]>;
  /**
   * Takes delivered buckets from the rejected ones, and keeps those refused again with the new reason and without the
   * mark. A record that is no longer listed counts nothing, so a commit that runs twice counts once.
   */
  commitResent(integrationId: string, runId: string, resent: Resent): Promise<void>;
  /** Records that everything before `throughMs` is delivered, if the cursor is at `throughSeq`. Never moves back. */
  complete(integrationId: string, highWatermark: { throughSeq: number; throughMs: number }): Promise<void>;
  /** Keeps what a run found of its destination, and notes it if that was made anew after buckets were sent. */
  recordDestination(integrationId: string, destination: ExportDestination): Promise<void>;
  /**
   * Sets the cursor back before all buckets of the day and later days, or of all days, and queues a sync request. Those
   * buckets are pending then. Null if there is no such integration. `signal`: aborted once the caller has left.
   */
  requestResend(
    workspaceId: string,
    integrationId: string,
    fromDay: Day | null,
    signal?: AbortSignal,
  ): Promise<ResendAllResult | null>;
  /** How often sending everything again was asked for. */
  resends(integrationId: string): Promise<number>;
}
