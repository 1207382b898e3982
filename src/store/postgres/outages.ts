// Tells an outage of PostgreSQL, which passes by itself, from a refusal of a statement.
import pg from "pg";
import { UnavailableError } from "../errors.ts";

/** Stands for failures without a code: silence, a broken connection, no free connection. */
export const CONNECTION_FAILURE = "08006";
const SOCKET_ERRORS = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "EPIPE",
  "ETIMEDOUT",
  "ENOTFOUND",
  "EAI_AGAIN",
]);
const BROKEN = /^(connection terminated|query read timeout|client has encountered|client was closed)/i;
const NO_FREE_CONNECTION = /^timeout exceeded when trying to connect/;
/** Connection (08), the end of a session (57P, 25P0), and a server that became a read-only standby. */
const LOST_STATES = /^(08|57P|25006$)/;
/** Resources such as the disk (53), a statement's time limit, and a database that a restore replaces. */
const PASSING_STATES = /^(53|57014$|3D000$)/;

/** Whether the connection cannot be used any more. */
export function isConnectionLost(error: unknown): boolean {
  if (error instanceof UnavailableError) return isConnectionLost(error.cause);
  if (error instanceof pg.DatabaseError) return LOST_STATES.test(error.code ?? "");
  return SOCKET_ERRORS.has(codeOf(error)) || BROKEN.test(messageOf(error));
}

/**
 * Returns an UnavailableError in place of the error of an outage, and any other error as it is. `mayHaveHappened`:
 * whether what was asked may have happened, unless the error says so itself.
 */
export function withOutage(error: unknown, options: { mayHaveHappened?: boolean } = {}): unknown {
  if (error instanceof UnavailableError) return error;
  if (error instanceof pg.DatabaseError) {
    const state = error.code ?? "";
    return LOST_STATES.test(state) || PASSING_STATES.test(state) ? new UnavailableError(state, error, options) : error;
  }
  if (SOCKET_ERRORS.has(codeOf(error))) return new UnavailableError(codeOf(error), error, options);
  const message = messageOf(error);
  const isOutage = BROKEN.test(message) || NO_FREE_CONNECTION.test(message);
  return isOutage ? new UnavailableError(CONNECTION_FAILURE, error, options) : error;
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : "";
}
