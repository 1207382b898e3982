// When an integration is overdue: a due run that does not start, or nothing that works on it.
import { expect, test } from "vitest";
import { isOverdue, overdueGraceMs, type ScheduleFacts } from "../../src/domain/schedule.ts";

const MINUTE_MS = 60_000;
const NOW = 1_000 * MINUTE_MS;
const GRACE_MS = 5 * MINUTE_MS;
const SILENCE_MS = 10 * MINUTE_MS;
const IDLE: ScheduleFacts = {
  nowMs: NOW,
  isEnabled: true,
  paused: false,
  isRunning: false,
  nextRunAtMs: NOW + MINUTE_MS,
  unseenSinceMs: null,
  workerSeenMs: NOW,
};

test.each<[string, Partial<ScheduleFacts>, boolean]>([
  ["the next run is to come", {}, false],
  ["the next run was due a moment ago", { nextRunAtMs: NOW - GRACE_MS }, false],
  ["the next run was due long ago", { nextRunAtMs: NOW - GRACE_MS - 1 }, true],
  ["no run is planned", { nextRunAtMs: null }, false],
  ["a run goes on although another was due", { nextRunAtMs: 0, isRunning: true }, false],
  ["a run goes on without a worker", { isRunning: true, workerSeenMs: NOW - SILENCE_MS - 1 }, true],
  ["a run goes on with a worker", { isRunning: true, workerSeenMs: NOW - SILENCE_MS }, false],
  ["a run goes on, and no worker ever showed itself", { isRunning: true, workerSeenMs: null }, false],
  ["a change is on its way", { unseenSinceMs: NOW - GRACE_MS }, false],
  ["a change was never seen", { unseenSinceMs: NOW - GRACE_MS - 1, nextRunAtMs: null }, true],
  ["it is paused", { nextRunAtMs: 0, unseenSinceMs: 0, paused: true }, false],
  ["both directions are off", { nextRunAtMs: 0, unseenSinceMs: 0, isEnabled: false }, false],
])("%s", (_, facts, expected) => {
  expect(isOverdue({ ...IDLE, ...facts }, GRACE_MS, SILENCE_MS)).toBe(expected);
});

test("runs may be late by twice what spreads them, and by five minutes in any case", () => {
  expect(overdueGraceMs(0)).toBe(5 * MINUTE_MS);
  expect(overdueGraceMs(15 * MINUTE_MS)).toBe(30 * MINUTE_MS);
});
