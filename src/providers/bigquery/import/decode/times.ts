// Writes dates and times as ISO text. Days are cached, because the rows of a page are mostly of a few days.
import type { JsonBytes } from "./jsonBytes.ts";

const DAY_SECONDS = 86_400;
const SECOND_MICROS = 1_000_000;
const MAX_CACHED_DAYS = 10_000;
const DATE_CHARS = 10;

/** Seconds since the epoch and microseconds of that second, exact for all years of BigQuery. */
export interface Instant {
  seconds: number;
  micros: number;
}

/** Sets `instant` from the two halves of a 64-bit count of microseconds. */
export function instantOf(low: number, high: number, instant: Instant): void {
  const micros = high * 4_294_967_296 + (low >>> 0);
  if (Number.isSafeInteger(micros)) {
    instant.seconds = Math.floor(micros / SECOND_MICROS);
    instant.micros = micros - instant.seconds * SECOND_MICROS;
    return;
  }
  const exact = (BigInt(high) << 32n) | BigInt(low >>> 0);
  const rest = ((exact % 1_000_000n) + 1_000_000n) % 1_000_000n;
  instant.seconds = Number((exact - rest) / 1_000_000n);
  instant.micros = Number(rest);
}

export function epochMs({ seconds, micros }: Instant): number {
  return seconds * 1_000 + Math.floor(micros / 1_000);
}

const dayTexts = new Map<number, Buffer>();

/** Writes days since the epoch as `2026-01-02`. */
export function writeDate(out: JsonBytes, days: number): void {
  let text = dayTexts.get(days);
  if (text === undefined) {
    if (dayTexts.size >= MAX_CACHED_DAYS) dayTexts.clear();
    text = Buffer.from(new Date(days * DAY_SECONDS * 1_000).toISOString().slice(0, DATE_CHARS), "latin1");
    dayTexts.set(days, text);
  }
  out.bytes(text, 0, text.length);
}

/** Writes `03:04:05.000006`. */
export function writeTime(out: JsonBytes, seconds: number, micros: number): void {
  const minutes = (seconds / 60) | 0;
  const hours = (minutes / 60) | 0;
  out.padded(hours, 2);
  out.byte(0x3a);
  out.padded(minutes - hours * 60, 2);
  out.byte(0x3a);
  out.padded(seconds - minutes * 60, 2);
  out.byte(0x2e);
  out.padded(micros, 6);
}

/** Writes `2026-01-02T03:04:05.000006`. */
export function writeInstant(out: JsonBytes, instant: Instant): void {
  const days = Math.floor(instant.seconds / DAY_SECONDS);
  writeDate(out, days);
  out.byte(0x54);
  writeTime(out, instant.seconds - days * DAY_SECONDS, instant.micros);
}
