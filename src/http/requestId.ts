// The id of a request, which its response, its log lines and its upstream have too.
import { randomUUID } from "node:crypto";

export const REQUEST_ID_HEADER = "x-request-id";
/** Ids of proxies and clients. Anything else could be data. */
const ID = /^[A-Za-z0-9._-]{8,128}$/;

/** The caller's own id if it has one. */
export function requestIdOf(given: string | undefined): string {
  return given !== undefined && ID.test(given) ? given : randomUUID();
}
