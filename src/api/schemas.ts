// Schemas that several endpoints share: strict, bounded, every field checked.
import { z } from "@hono/zod-openapi";
import { EVENT_NAME } from "../domain/event.ts";
import { MAX_REQUEST_ID_CHARS } from "../domain/limits.ts";

const MAX_TEXT_CHARS = 255;
const MAX_DESCRIPTION_CHARS = 2_000;
const FIRST_YEAR = 1971;

export const flatText = z
  .string()
  .min(1, "must not be empty")
  .max(MAX_TEXT_CHARS, `must be at most ${MAX_TEXT_CHARS} characters`)
  .refine((text) => !/[\p{Cc}\p{Cs}]/u.test(text), "must not contain control characters")
  .refine((text) => text === "" || /\S/.test(text), "must not be blank");

/** PostgreSQL can store neither NUL nor a lone surrogate. */
export const isStorable = (text: string): boolean => !/[\0\p{Cs}]/u.test(text);

export const storableText = (maxChars: number) =>
  z
    .string()
    .max(maxChars, `must be at most ${maxChars} characters`)
    .refine(isStorable, "must not contain NUL or a lone surrogate");

export const description = storableText(MAX_DESCRIPTION_CHARS).describe("Free text for people.");

export const optionalDescription = description.nullish().transform((text) => text ?? null);

const EVENT_NAME_MESSAGE = "must be 1 to 255 letters, numbers, underscores and hyphens";

/** `remedy` says what to do about an event of another name. */
export function eventName(remedy?: string) {
  return z.string().regex(EVENT_NAME, remedy === undefined ? EVENT_NAME_MESSAGE : `${EVENT_NAME_MESSAGE}. ${remedy}`);
}

export const RESOURCE_ID = /^[A-Za-z0-9_-]{1,100}$/;

export const integrationParams = z.object({ id: z.string().regex(RESOURCE_ID).describe("The id of the integration.") });
export const eventParams = integrationParams.extend({
  name: z.string().regex(EVENT_NAME).describe("The id or name of the event."),
});
export const requestParams = integrationParams.extend({
  requestId: z
    .string()
    .min(1)
    .max(MAX_REQUEST_ID_CHARS)
    // Not `regex`: patterns of JSON Schema have no flags.
    .refine((text) => !/[\p{Cc}\p{Cs}]/u.test(text))
    .describe("The id of the request, as the call that made it returned it."),
});

const LIMIT = "must be a whole number from 1 to 1000";
export const pageQuery = z.object({
  cursor: z
    .string()
    .max(1_000, "is no cursor of this list")
    .regex(/^[\x21-\x7e]*$/, "is no cursor of this list")
    .optional()
    .transform((cursor) => cursor ?? null)
    .describe("`next` of the previous page. Default: the first page."),
  limit: z
    .string()
    .regex(/^(?:[1-9][0-9]{0,2}|1000)?$/, LIMIT)
    .optional()
    .transform((text) => (text === undefined ? 100 : Number(text)))
    .describe("How many items the page has at most, from 1 to 1000. Default: 100."),
});

export type NowMs = () => Promise<number>;

export const calendarDay = z
  .string()
  .refine(isCalendarDay, `must be a calendar day as yyyy-mm-dd, not before ${FIRST_YEAR}`)
  .openapi({ format: "date", example: "2026-01-31" });

/** A real calendar day from the provider's first day to today, by the store's clock. */
export function importFromDay(nowMs: NowMs, first?: { day: string; message: string }) {
  return calendarDay
    .refine((day) => first === undefined || day >= first.day, first?.message)
    .refine(
      async (day) => !isCalendarDay(day) || day <= new Date(await nowMs()).toISOString().slice(0, 10),
      "must not be in the future",
    )
    .openapi({ format: "date", example: "2026-01-31" });
}

function isCalendarDay(day: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(day)) return false;
  const date = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(day) && date.getUTCFullYear() >= FIRST_YEAR;
}

const directionSwitch = z.strictObject({ enabled: z.boolean().describe("Whether the direction is synced.") });
const exportSwitches = z
  .strictObject({
    enabled: z.boolean().optional().describe("Whether the direction is synced."),
    usage: z
      .boolean()
      .optional()
      .describe("Whether exposures go with the tokens, cost and times of their calls. Default: they do not."),
  })
  .refine(({ enabled, usage }) => enabled !== undefined || usage !== undefined, "must have `enabled` or `usage`");
export const directionSwitches = {
  export: exportSwitches.optional().describe("Exposures to the provider."),
  import: directionSwitch.optional().describe("Events from the provider."),
};

export function sayUnknown(message: string) {
  return { error: (issue: { code?: string }) => (issue.code === "unrecognized_keys" ? message : undefined) };
}

/** A union, because `.nullable()` would make the named schema nullable wherever it is used. */
export const orNull = <T extends z.ZodType>(schema: T) => z.union([schema, z.null()]);
