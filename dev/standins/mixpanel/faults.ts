// Which fault strikes a request of Mixpanel, and what it answers.
import { STATUS_CODES } from "node:http";
import * as shared from "../shared/faults.ts";
import { json, text, type Reply } from "../shared/reply.ts";
import type { Fault, FaultKind, RequestKind } from "./protocol.ts";
import {
  htmlError,
  IMPORT_RATE_LIMITED,
  ingestionError,
  INVALID_CREDENTIALS,
  NO_RAW_EXPORT,
  TO_DATE_LATE,
  tooLarge,
} from "./replies.ts";

const FORMER_MAX_BYTES = 2_097_152;
const MID_BODY: ReadonlySet<FaultKind> = new Set([
  "terminated_early",
  "export_terminated_early",
  "reset_mid_body",
  "hang_mid_body",
  "ends_with",
  "line_between",
  "half_row",
  "byte_order_mark",
]);

export type StruckFault = shared.StruckFault<Fault>;

/** The inclusive dates of an export request, each `yyyy-mm-dd`. */
export interface RequestDays {
  from: string;
  to: string;
}

/** The faults of one project. */
export class Faults extends shared.Faults<Fault> {
  /** What was stored since each fault was switched on, by fault id. */
  readonly #stored = new Map<number, { events: number; bytes: number }>();

  override add(fault: Fault): number {
    const id = super.add(fault);
    this.#stored.set(id, { events: 0, bytes: 0 });
    return id;
  }

  /** Call it once per request, before anything is stored. `bodyBytes` is 0 if there is no body. */
  strikeRequest(kind: RequestKind, bodyBytes: number, days: RequestDays | null): StruckFault | null {
    return this.strike((fault) => {
      if (fault.days.length > 0 && !fault.days.some((day) => days && day >= days.from && day <= days.to)) return false;
      if (fault.target !== "any" && fault.target !== kind) return false;
      if (fault.kind === "too_large" && bodyBytes <= fault.maxBytes) return false;
      const { events, bytes } = this.#stored.get(fault.id) ?? { events: 0, bytes: 0 };
      return kind !== "import" || (events >= fault.afterEvents && bytes >= fault.afterBytes);
    });
  }

  countStored(events: number, bytes: number): void {
    for (const stored of this.#stored.values()) {
      stored.events += events;
      stored.bytes += bytes;
    }
  }
}

export function isMidBody(fault: StruckFault | null): fault is StruckFault {
  return fault !== null && MID_BODY.has(fault.kind);
}

/** The answer that a fault gives; null if the fault does something else. */
export function faultReply(fault: StruckFault, kind: RequestKind, authText: string): Reply | null {
  const header = fault.retryAfter ?? fault.retryAfterSeconds?.toString();
  const retryAfter: Record<string, string> = header === undefined ? {} : { "retry-after": header };
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
    case "html":
      return htmlError(fault.status, `${fault.status} ${STATUS_CODES[fault.status] ?? "Error"}`);
    case "empty":
      return text(fault.status, "");
    case "import_error":
      return ingestionError(fault.status, fault.body);
    case "respond":
      return text(fault.status, fault.body, fault.contentType);
    default:
      return null;
  }
}

function withHeaders(reply: Reply, headers: Record<string, string>): Reply {
  return { ...reply, headers: { ...reply.headers, ...headers } };
}
