// Sealed buckets on their way out.
import type { Bucket } from "../../domain/bucket.ts";

export interface ExportStore {
  /** The mirrored cursor: everything at or below it is delivered or listed as rejected. 0 at the start. */
  cursor(integrationId: string): Promise<number>;
  /** Sets the cursor back to an earlier one and counts `sent` anew. No-op if the cursor is not later. */
  rewind(integrationId: string, cursorSeq: number): Promise<void>;
  /**
   * Buckets with afterSeq < seq <= throughSeq in order of seq. Without revisions, `seq` is a bucket's first sequence number. With them
   * it is its latest one, but a bucket that was revised beyond `throughSeq` is read at its first one too: it is due in this range.
   */
  readBuckets(
    workspaceId: string,
    withRevisions: boolean,
    afterSeq: number,
    throughSeq: number,
    limit: number,
  ): Promise<Bucket[]>;
  /**
   * Moves the cursor from exactly `fromSeq` to `progress.cursorSeq`, counts and keeps the rejected ones, in one transaction. The
   * integration counts buckets, each once; the run of this run, if it is listed, counts what was delivered in it. True if it moved or had already moved at least that far; false, and nothing done, if the mirror is behind `fromSeq` or the workspace never
   * sealed as far as `progress.cursorSeq` (the database was restored: the caller goes back to `cursor()` and seals anew).
   */
  commit(
    integrationId: string,
    runId: string,
    fromSeq: number,
    progress: { cursorSeq: number; sent: number; rejected: { bucket: Bucket; reason: string }[] },
  ): Promise<boolean>;
  /** Records that everything up to the bound is delivered. Never moves backwards. */
  complete(integrationId: string, throughMs: number): Promise<void>;
}
