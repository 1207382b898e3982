// `Retry-After` of any shape: what makes sense counts, for at most an hour.
import { expect, test } from "vitest";
import { retryAfterMs } from "../../../src/providers/mixpanel/errors.ts";

const NOW_MS = Date.parse("2026-03-10T12:00:00Z");
const HOUR_MS = 3_600_000;
const httpDate = (ms: number): string => new Date(ms).toUTCString();

test.each<[header: string | undefined, waitMs: number | undefined]>([
  ["0", 0],
  ["30", 30_000],
  [" 1.5 ", 1_500],
  ["3600", HOUR_MS],
  ["7200", HOUR_MS],
  [httpDate(NOW_MS + 60_000), 60_000],
  [httpDate(NOW_MS + 5 * HOUR_MS), HOUR_MS],
  // A year, an epoch time in seconds and in milliseconds, a date in 2031.
  ["31536000", undefined],
  ["1773144000", undefined],
  ["1773144000000", undefined],
  [httpDate(Date.parse("2031-01-01T00:00:00Z")), undefined],
  // Dates that are over, negative numbers, garbage.
  [httpDate(NOW_MS - 60_000), undefined],
  ["-5", undefined],
  ["", undefined],
  ["soon", undefined],
  ["foo 12", undefined],
  ["Infinity", undefined],
  ["1e3", undefined],
  [undefined, undefined],
])("%s", (header, waitMs) => {
  expect(retryAfterMs(header, NOW_MS)).toBe(waitMs === undefined ? undefined : NOW_MS + waitMs);
});
