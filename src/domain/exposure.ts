// Exposures: served calls that named their user, and what else is known of such calls.

/** One call, with ids that the caller has validated. */
export interface Exposure {
  aliasId: string;
  routeId: string;
  /** The variant that served, or began to; of an assignment the assigned one. */
  variantId: string;
  userId: string;
  /** Null means now, by PostgreSQL's clock, less `call.agoMs`. */
  exposedAtMs: number | null;
  /** Absent: nothing more is known than that the call was assigned to the variant, which served it. */
  call?: CallDetails;
}

/** Null: not known. */
export interface CallDetails extends CallMeasures {
  /** The same id again within 24 hours counts once. */
  id: string | null;
  /** Whether this tells of the assignment, of the answer, or of both. */
  tells: "assignment" | "answer" | "both";
  /** Null: the variant that served. */
  assignedVariantId: string | null;
  routerVersion: number | null;
  /** The user got no answer: this is no exposure, but the assignment counts. */
  failed: boolean;
  /** How long ago the user saw the first of the answer; absent: now. */
  agoMs?: number;
}

export interface CallMeasures {
  inputTokens: number | null;
  outputTokens: number | null;
  costUsd: number | null;
  latencyMs: number | null;
  ttftMs: number | null;
}

/** Only a call that was served is one. */
export function isServed({ call }: Exposure): boolean {
  return call === undefined || (!call.failed && call.tells !== "assignment");
}

export interface ExposureHour {
  hourMs: number;
  routeId: string;
  variantId: string;
  exposures: number;
  users: number;
}
