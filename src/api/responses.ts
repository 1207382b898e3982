// Parts that several responses share: times, counts, errors, lists.
import { z } from "@hono/zod-openapi";
import { ERROR_KINDS, type ErrorState } from "../domain/errors.ts";
import type { Page } from "../domain/page.ts";
import { OUTCOMES } from "../domain/run.ts";
import { WARNING_CODES } from "../domain/warnings.ts";

export const time = z.string().openapi({ format: "date-time", example: "2026-01-31T08:00:00.000Z" });
export const count = z.number().int();
export const outcome = z.enum(OUTCOMES);
export const direction = z.enum(["export", "import"]);

export const errorState = z
  .object({
    kind: z.enum(ERROR_KINDS).describe("Which kind of failure it is."),
    message: z.string().describe("What failed, and what to do about it."),
    since: time.describe("When it failed first."),
  })
  .openapi("ErrorState", { description: "Why the last attempt failed. Absent if it succeeded." });

export const warnings = z
  .array(
    z
      .object({
        code: z.enum(WARNING_CODES).describe("Which kind of warning it is."),
        message: z.string().describe("What is not as it should be, and what to do about it."),
      })
      .openapi("Warning", { example: { code: "no_events", message: "The import is on, but there is no event." } }),
  )
  .openapi({ description: "What is not as it should be although nothing failed. Empty if all is well.", example: [] });

export function toErrorField(error: ErrorState | null | undefined): { error?: z.input<typeof errorState> } {
  return error ? { error: { kind: error.kind, message: error.message, since: isoTime(error.sinceMs) } } : {};
}

export const isoTime = (ms: number): string => new Date(ms).toISOString();
export const isoTimeOrNull = (ms: number | null): string | null => (ms === null ? null : isoTime(ms));

const next = z.string().nullable().describe("The `cursor` of the next page; null at the end.").meta({ example: null });

/** The schema of a list, `{<plural>: […], next}`. */
export function listOf<K extends string, S extends z.ZodType>(plural: K, item: S) {
  const items = z.array(item).describe("One page of the list.");
  return z.object({ [plural]: items, next } as Record<K, typeof items> & { next: typeof next });
}

export function toList<K extends string, T, R>(plural: K, page: Page<T>, toItem: (item: T) => R) {
  const items = page.items.map((item) => toItem(item));
  return { [plural]: items, next: page.next } as Record<K, R[]> & { next: string | null };
}
