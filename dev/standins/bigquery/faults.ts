// Which fault strikes a request of BigQuery, and what it answers.
import { setTimeout as delay } from "node:timers/promises";
import * as shared from "../shared/faults.ts";
import { text, type Reply } from "../shared/reply.ts";
import { BAD_TOKEN, GoogleError, QUOTA_EXCEEDED, RATE_LIMITED } from "./google.ts";
import type { Fault, FaultKind } from "./protocol.ts";

export type StruckFault = shared.StruckFault<Fault>;

/** Details of a request, for faults that select by them. */
export interface Subject {
  jobType?: string;
  /** The SQL, or the name of the destination table. */
  about?: string;
}

/** The faults of one project. */
export class Faults extends shared.Faults<Fault> {
  /** Call it once per request. */
  strikeOperation(operation: string, subject: Subject = {}): StruckFault | null {
    return this.strike(
      ({ target, jobType, about }) =>
        (target === "any" || target === operation) &&
        (jobType === null || jobType === subject.jobType) &&
        (about === null || subject.about?.includes(about) === true),
    );
  }
}

/** Ends a request without an answer. */
export class NoAnswer extends Error {
  /** Holds the connection until the client leaves or this fault is cleared. Null: the connection is reset. */
  readonly until: StruckFault | null;

  constructor(until: StruckFault | null) {
    super("no answer");
    this.until = until;
  }
}

/** Ends a request with this answer. */
export class FixedAnswer extends Error {
  readonly reply: Reply;

  constructor(reply: Reply) {
    super("fixed answer");
    this.reply = reply;
  }
}

const HTML_503 =
  "<!DOCTYPE html><html lang=en><title>Error 503 (Service Unavailable)!!1</title><p><b>503.</b> That’s an error.</html>";

/** Does what a fault does before the request is processed. Throws if the fault ends the request. */
export async function strikeBefore(fault: StruckFault | null): Promise<void> {
  if (fault === null) return;
  if (fault.kind === "slow") await delay(fault.delayMs);
  if (fault.kind === "reset") throw new NoAnswer(null);
  if (fault.kind === "hang") throw new NoAnswer(fault);
  if (fault.kind === "respond") throw new FixedAnswer(text(fault.status, fault.body, fault.contentType));
  if (fault.kind === "backend_error_html") throw new FixedAnswer(text(503, HTML_503, "text/html; charset=UTF-8"));
  const refusal = refusalOf(fault);
  if (refusal !== null) throw refusal;
}

/** Does what a fault does after the request was processed. */
export function strikeAfter(fault: StruckFault | null): void {
  if (fault?.kind === "reset_after") throw new NoAnswer(null);
  if (fault?.kind === "hang_after") throw new NoAnswer(fault);
  if (fault?.kind === "backend_error_after")
    throw refuse(fault, 503, "backendError", "Error encountered during execution. Retrying may solve the problem.");
}

const REFUSALS: Partial<Record<FaultKind, [status: number, reason: string, message: string]>> = {
  quota_exceeded: [403, "quotaExceeded", QUOTA_EXCEEDED],
  rate_limited: [403, "rateLimitExceeded", RATE_LIMITED],
  rate_limited_429: [429, "rateLimitExceeded", RATE_LIMITED],
  backend_error: [503, "backendError", "Error encountered during execution. Retrying may solve the problem."],
  backend_error_html: [503, "backendError", "The service is currently unavailable."],
  internal_error: [500, "internalError", "An internal error occurred and the request could not be completed."],
  unauthenticated: [401, "authError", BAD_TOKEN],
  access_denied: [403, "accessDenied", "Access Denied: The caller does not have permission."],
};

/** The refusal that a fault gives; null for faults of another kind. */
export function refusalOf(fault: StruckFault): GoogleError | null {
  const known = REFUSALS[fault.kind];
  return known === undefined ? null : refuse(fault, ...known);
}

function refuse(fault: StruckFault, status: number, reason: string, message: string): GoogleError {
  return new GoogleError(status, reason, fault.message ?? message);
}
