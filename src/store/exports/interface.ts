// Sealed buckets on their way out.
import type { Bucket, ExportProgress } from "../../domain/bucket.ts";

export interface ExportStore {
  /** The checkpoint: everything at or below it is delivered or listed as rejected. 0 at the start. */
  cursor(integrationId: string): Promise<number>;
  /** Sets the cursor back to an earlier one and counts `sent` anew. Does nothing if the cursor is not later. */
  rewind(integrationId: string, cursorSeq: number): Promise<void>;
  /**
   * Buckets with afterSeq < seq <= throughSeq in order of seq, at most `limit`. Without revisions, `seq` is a
   * bucket's first sequence number. With them it is the latest one, but a bucket that was revised beyond `throughSeq`
   * is also read at its first one: it is due in this range.
   */
  readBuckets(
    workspaceId: string,
    withRevisions: boolean,
    afterSeq: number,
    throughSeq: number,
    limit: number,
  ): Promise<Bucket[]>;
  /**
   * Moves the cursor from exactly `fromSeq` to `progress.cursorSeq`, and counts and keeps the rejected buckets, in
   * one transaction. The integration counts each bucket once; the run, if it is listed, counts deliveries. Returns
   * true if the cursor moved or had already moved that far. Returns false, with nothing done, if the cursor is behind
   * `fromSeq` or the workspace never sealed as far as `progress.cursorSeq`: the database was restored, so the caller
   * returns to `cursor()` and seals anew.
   */
  commit(integrationId: string, runId: string, fromSeq: number, progress: ExportProgress): Promise<boolean>;
  /** Records that everything before `throughMs` is delivered. Never moves backwards. */
  complete(integrationId: string, throughMs: number): Promise<void>;
}
