// Checks what a posted exposure says of its call besides who was served: assignment, failure, tokens, cost, times.
import type { CallDetails } from "../../domain/exposure.ts";
import { checkId } from "../../http/checkId.ts";
import type { FieldErrors } from "./fieldErrors.ts";

const NUMBER_FIELDS = ["input_tokens", "output_tokens", "cost_usd", "latency_ms", "ttft_ms"] as const;
export const DETAIL_FIELDS = new Set<string>(["id", "assigned_variant_id", "failed", ...NUMBER_FIELDS]);
export const MAX_EXPOSURE_ID_BYTES = 64;
/** Sums stay far below what numbers of JSON can say exactly. */
export const MAX_MEASURE = 1e12;

/** Whether there is any such field; most records have none. */
export function hasDetails(record: Record<string, unknown>): boolean {
  for (const field in record) if (DETAIL_FIELDS.has(field)) return true;
  return false;
}

/** Of use only if `errors` stays empty. */
export function checkDetails(record: Record<string, unknown>, index: number, errors: FieldErrors): CallDetails {
  const refuse = (field: string, message: string) => errors.add(`exposures[${index}].${field}`, message);
  const { id, assigned_variant_id: assigned, failed = false } = record;
  const wrongId = id === undefined ? null : checkExposureId(id);
  if (wrongId !== null) refuse("id", wrongId);
  const wrongVariant = assigned === undefined ? null : checkId(assigned);
  if (wrongVariant !== null) refuse("assigned_variant_id", wrongVariant);
  if (typeof failed !== "boolean") refuse("failed", "must be true or false");
  for (const field of NUMBER_FIELDS) {
    const value = record[field];
    if (value === undefined || isMeasure(value)) continue;
    refuse(field, `must be a number from 0 to ${MAX_MEASURE}`);
  }
  const numberOf = (field: (typeof NUMBER_FIELDS)[number]) => (record[field] as number | undefined) ?? null;
  return {
    id: (id as string | undefined) ?? null,
    tells: "both",
    assignedVariantId: (assigned as string | undefined) ?? null,
    routerVersion: null,
    failed: failed === true,
    inputTokens: numberOf("input_tokens"),
    outputTokens: numberOf("output_tokens"),
    costUsd: numberOf("cost_usd"),
    latencyMs: numberOf("latency_ms"),
    ttftMs: numberOf("ttft_ms"),
  };
}

function isMeasure(value: unknown): boolean {
  return typeof value === "number" && value >= 0 && value <= MAX_MEASURE;
}

function checkExposureId(id: unknown): string | null {
  const wrong = checkId(id);
  if (wrong !== null) return wrong;
  return Buffer.byteLength(id as string) > MAX_EXPOSURE_ID_BYTES ? `must be 1 to ${MAX_EXPOSURE_ID_BYTES} bytes` : null;
}
