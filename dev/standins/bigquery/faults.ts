// Which switched-on fault strikes which request, and what it answers.
import { setTimeout as delay } from "node:timers/promises";
import { BAD_TOKEN, GoogleError, QUOTA_EXCEEDED, RATE_LIMITED, type Reply } from "./google.ts";
import type { Fault, FaultKind, FaultState } from "./protocol.ts";

/** Whoever hangs on it may let go once it is cleared. */
export interface StruckFault extends FaultState {
  cleared: boolean;
}

interface Armed extends StruckFault {
  seenRequests: number;
}

/** What a request is, for those faults that are particular. */
export interface Subject {
  jobType?: string;
  /** SQL, or the destination table's name. */
  about?: string;
}

/** Faults of one project, in the order in which they were switched on; the first that strikes wins. */
export class Faults {
  #armed: Armed[] = [];
  #nextId = 1;

  add(fault: Fault): number {
    const id = this.#nextId++;
    this.#armed.push({ ...fault, id, struck: 0, cleared: false, seenRequests: 0 });
    return id;
  }

  clear(id?: number): void {
    for (const fault of this.#armed) fault.cleared ||= id === undefined || fault.id === id;
    this.#armed = this.#armed.filter((fault) => !fault.cleared);
  }

  list(): FaultState[] {
    return this.#armed.map(({ seenRequests: _requests, cleared: _cleared, ...fault }) => fault);
  }

  strike(operation: string, subject: Subject = {}): StruckFault | null {
    for (const fault of this.#armed) {
      if (fault.target !== "any" && fault.target !== operation) continue;
      if (fault.times !== null && fault.struck >= fault.times) continue;
      if (fault.jobType !== null && fault.jobType !== subject.jobType) continue;
      if (fault.about !== null && subject.about?.includes(fault.about) !== true) continue;
      if (fault.seenRequests++ < fault.afterRequests) continue;
      fault.struck++;
      return fault;
    }
    return null;
  }
}

/** Ends a request without an answer. */
export class NoAnswer extends Error {
  /** Null: the connection is reset; otherwise it is held until the client leaves or the fault is cleared. */
  readonly until: StruckFault | null;

  constructor(until: StruckFault | null) {
    super("no answer");
    this.until = until;
  }
}

/** Ends a request with this answer, whatever it was about. */
export class FixedAnswer extends Error {
  readonly reply: Reply;

  constructor(reply: Reply) {
    super("fixed answer");
    this.reply = reply;
  }
}

const HTML_503 =
  "<!DOCTYPE html><html lang=en><title>Error 503 (Service Unavailable)!!1</title><p><b>503.</b> That’s an error.</html>";

/** What a fault does before anything is done; throws where that is the end. */
export async function strikeBefore(fault: StruckFault | null): Promise<void> {
  if (fault === null) return;
  if (fault.kind === "slow") await delay(fault.delayMs);
  if (fault.kind === "reset") throw new NoAnswer(null);
  if (fault.kind === "hang") throw new NoAnswer(fault);
  if (fault.kind === "respond")
    throw new FixedAnswer({ status: fault.status, headers: { "content-type": fault.contentType }, body: fault.body });
  if (fault.kind === "backend_error_html")
    throw new FixedAnswer({ status: 503, headers: { "content-type": "text/html; charset=UTF-8" }, body: HTML_503 });
  const refusal = refusalOf(fault);
  if (refusal !== null) throw refusal;
}

/** What a fault does once the work is done. */
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

/** The refusal that a fault is; null for faults of another kind. */
export function refusalOf(fault: StruckFault): GoogleError | null {
  const known = REFUSALS[fault.kind];
  return known === undefined ? null : refuse(fault, ...known);
}

function refuse(fault: StruckFault, status: number, reason: string, message: string): GoogleError {
  return new GoogleError(status, reason, fault.message ?? message);
}
