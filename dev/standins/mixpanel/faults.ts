// Which switched-on fault strikes which request.
import type { Fault, FaultKind, FaultState, RequestKind } from "./protocol.ts";
import {
  htmlError,
  ingestionError,
  json,
  NO_RAW_EXPORT,
  text,
  TO_DATE_LATE,
  tooLarge,
  IMPORT_RATE_LIMITED,
  INVALID_CREDENTIALS,
} from "./replies.ts";
import type { Reply } from "./replies.ts";

const FORMER_MAX_BYTES = 2_097_152;
const MID_BODY: ReadonlySet<FaultKind> = new Set([
  "terminated_early",
  "export_terminated_early",
  "reset_mid_body",
  "hang_mid_body",
]);

export interface StruckFault extends FaultState {
  /** Whoever hangs on it may let go. */
  cleared: boolean;
}

interface Armed extends StruckFault {
  seenRequests: number;
  seenEvents: number;
  seenBytes: number;
}

/** Faults of one project, in the order in which they were switched on; the first that strikes wins. */
export class Faults {
  #armed: Armed[] = [];
  #nextId = 1;

  add(fault: Fault): number {
    const id = this.#nextId++;
    this.#armed.push({ ...fault, id, struck: 0, cleared: false, seenRequests: 0, seenEvents: 0, seenBytes: 0 });
    return id;
  }

  clear(id?: number): void {
    for (const fault of this.#armed) fault.cleared ||= id === undefined || fault.id === id;
    this.#armed = this.#armed.filter((fault) => !fault.cleared);
  }

  list(): FaultState[] {
    return this.#armed.map(
      ({ seenRequests: _requests, seenEvents: _events, seenBytes: _bytes, cleared: _cleared, ...fault }) => fault,
    );
  }

  /** Decides once per request, before anything is stored. `bodyBytes` is 0 where there is no body. */
  strike(kind: RequestKind, bodyBytes: number): StruckFault | null {
    for (const fault of this.#armed) {
      if (fault.target !== "any" && fault.target !== kind) continue;
      if (fault.times !== null && fault.struck >= fault.times) continue;
      if (fault.kind === "too_large" && bodyBytes <= fault.maxBytes) continue;
      if (fault.seenRequests++ < fault.afterRequests) continue;
      if (kind === "import" && (fault.seenEvents < fault.afterEvents || fault.seenBytes < fault.afterBytes)) continue;
      fault.struck++;
      return fault;
    }
    return null;
  }

  stored(events: number, bytes: number): void {
    for (const fault of this.#armed) {
      fault.seenEvents += events;
      fault.seenBytes += bytes;
    }
  }
}

export function isMidBody(fault: StruckFault | null): fault is StruckFault {
  return fault !== null && MID_BODY.has(fault.kind);
}

/** The answer of a fault that is an answer; null for the others. */
export function faultReply(fault: StruckFault, kind: RequestKind, authText: string): Reply | null {
  const retryAfter: Record<string, string> =
    fault.retryAfterSeconds === null ? {} : { "retry-after": String(fault.retryAfterSeconds) };
  switch (fault.kind) {
    case "rate_limited":
      if (kind === "import") return withHeaders(ingestionError(429, IMPORT_RATE_LIMITED), retryAfter);
      return json(429, { error: "Query rate limit exceeded. This request exceeded the rate limit." }, retryAfter);
    case "bad_gateway":
      return htmlError(502, "502 Bad Gateway");
    case "unavailable":
      return withHeaders(htmlError(503, "503 Service Temporarily Unavailable"), retryAfter);
    case "gateway_timeout":
      return htmlError(504, "504 Gateway Time-out");
    case "unknown_error":
      return text(500, "unknown error");
    case "unauthorized":
      return kind === "import"
        ? ingestionError(401, INVALID_CREDENTIALS)
        : json(401, { error: INVALID_CREDENTIALS, status: "error" });
    case "forbidden":
      return json(403, { error: "forbidden", status: "error" });
    case "not_found":
      return json(404, { error: "not found", status: "error" });
    case "plan":
      return text(402, NO_RAW_EXPORT);
    case "auth_text":
      return text(400, authText);
    case "to_date":
      return text(400, TO_DATE_LATE);
    case "too_large":
      return tooLarge(FORMER_MAX_BYTES);
    case "respond":
      return text(fault.status, fault.body, fault.contentType);
    default:
      return null;
  }
}

function withHeaders(reply: Reply, headers: Record<string, string>): Reply {
  return { ...reply, headers: { ...reply.headers, ...headers } };
}
