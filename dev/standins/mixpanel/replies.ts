// Bodies of Mixpanel answers, word for word where they are known.
import { json, text, type Reply } from "../shared/reply.ts";

const STATUS_WORDS: Record<number, string> = {
  200: "OK",
  400: "Bad Request",
  401: "Unauthorized",
  413: "Request Entity Too Large",
  429: "Too Many Requests",
};

export const INVALID_CREDENTIALS = "Invalid credentials";
export const INVALID_ACCOUNT = "Invalid service account credentials";
export const UNKNOWN_ACCOUNT = "Not a valid service account username";
export const INVALID_SECRET =
  "Unauthorized, invalid project secret. See docs for more information: https://developer.mixpanel.com/reference/authentication#project-secret";
export const SECRET_MISMATCH = "Mismatch between project secret's project ID and URL project ID";
export const IDENTITY_REFUSED = "identity events are not allowed when project is using simplified identity management";
export const VALIDATION_FAILED = "some data points in the request failed validation";
export const EMPTY_DATA = "data, missing or empty";
export const IMPORT_RATE_LIMITED = "Project exceeded rate limits. Please retry the request with exponential backoff.";
export const NO_RAW_EXPORT = "Your plan does not support raw data export. Visit mixpanel.com/pricing to upgrade.";
export const TO_DATE_LATE = "to_date cannot be later than today";

/** An ingestion error without failed records: `{code, error, status}`. */
export function ingestionError(status: number, error: string): Reply {
  return json(status, { code: status, error, status: STATUS_WORDS[status] ?? "Error" });
}

export interface FailedRecord {
  index: number;
  insert_id: string;
  field: string;
  message: string;
}

export function imported(count: number): Reply {
  return json(200, { code: 200, num_records_imported: count, status: "OK" });
}

export function partlyImported(count: number, failed: readonly (FailedRecord | string)[]): Reply {
  return json(400, {
    code: 400,
    error: VALIDATION_FAILED,
    failed_records: failed,
    num_records_imported: count,
    status: "Bad Request",
  });
}

export function legacy(verbose: boolean, error: string | null): Reply {
  if (verbose) return json(200, { error, status: error === null ? 1 : 0 });
  return text(200, error === null ? "1" : "0");
}

export function tooLarge(maxBytes: number): Reply {
  return ingestionError(413, `request exceeds max limit of ${maxBytes} bytes`);
}

export function htmlError(status: number, title: string): Reply {
  return text(status, `<html><head><title>${title}</title></head><body><h1>${title}</h1></body></html>`, "text/html");
}
