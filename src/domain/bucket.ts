// Sealed exposure buckets, as a destination needs them. Times are epoch milliseconds.
import type { CallMeasures } from "./exposure.ts";

export interface Bucket {
  seq: number;
  aliasId: string;
  routeId: string;
  variantId: string;
  userId: string;
  /** Start of the UTC hour. */
  hourMs: number;
  /** Latest exposure at the moment of sealing. It never changes. */
  sealedTimeMs: number;
  /** Latest exposure now, late ones included. */
  timeMs: number;
  /** Present if it is asked for. */
  usage?: BucketUsage;
}

/** Of the exposures that came before the bucket was sealed. It never changes. Times are means of an exposure. */
export type BucketUsage = CallMeasures;

export interface RejectedBucket {
  bucket: Bucket;
  reason: string;
}

/** A rejected bucket that is to be sent again, with the id of its rejected record. */
export interface MarkedBucket {
  recordId: string;
  bucket: Bucket;
}

/** What became of marked buckets, by the ids of their rejected records. */
export interface Resent {
  delivered: string[];
  refused: { recordId: string; reason: string }[];
}

/** Everything up to `cursorSeq` is delivered, or listed here as rejected for good. */
export interface ExportProgress {
  cursorSeq: number;
  sent: number;
  rejected: RejectedBucket[];
}
