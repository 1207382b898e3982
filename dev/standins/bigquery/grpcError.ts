// Errors in the words of the Storage Read API.
import { status, type ServiceError } from "@grpc/grpc-js";
import { refusalOf, type StruckFault } from "./faults.ts";
import { BAD_TOKEN, GoogleError } from "./google.ts";

export class GrpcError extends Error {
  readonly code: status;

  constructor(code: status, details: string) {
    super(details);
    this.code = code;
  }
}

export function unauthenticatedCall(): GrpcError {
  return new GrpcError(status.UNAUTHENTICATED, BAD_TOKEN);
}

/** The error of a call that creates something. */
export function requestFailed(code: status, what: string): GrpcError {
  return new GrpcError(code, `request failed: ${what}`);
}

/** The error of a call on something that exists. */
export function operating(code: status, name: string, what: string): GrpcError {
  return new GrpcError(code, `there was an error operating on '${name}': ${what}`);
}

export function missing(permission: string, resource: string): string {
  return `the user does not have '${permission}' permission for '${resource}'`;
}

const CODES: Record<number, status> = {
  400: status.INVALID_ARGUMENT,
  401: status.UNAUTHENTICATED,
  403: status.PERMISSION_DENIED,
  404: status.NOT_FOUND,
  429: status.RESOURCE_EXHAUSTED,
  500: status.INTERNAL,
  503: status.UNAVAILABLE,
};

/** The gRPC status that a fault gives; null if the fault does something else. */
export function grpcFault(fault: StruckFault): GrpcError | null {
  if (fault.kind === "grpc_status") return new GrpcError(fault.code, fault.message ?? "an error was asked for");
  const refusal = refusalOf(fault);
  if (refusal === null) return null;
  const isQuota = fault.kind === "quota_exceeded" || fault.kind === "rate_limited";
  return new GrpcError(isQuota ? status.RESOURCE_EXHAUSTED : codeOf(refusal), refusal.message);
}

function codeOf(error: GoogleError): status {
  return CODES[error.status] ?? status.UNKNOWN;
}

export function asServiceError(error: unknown): Partial<ServiceError> {
  if (error instanceof GrpcError) return { code: error.code, details: error.message };
  if (error instanceof GoogleError) return { code: codeOf(error), details: `request failed: ${error.message}` };
  return { code: status.INTERNAL, details: error instanceof Error ? error.message : "unknown error" };
}
