// Waits after refusals by rate: growing, capped, once per burst; and the forms of Retry-After.
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { USER_AGENT } from "../../../src/providers/http.ts";
import { createBackoff } from "../../../src/providers/mixpanel/backoff.ts";

test("waits double from 2 s to 60 s with jitter, count a burst once, and start again after a success", () => {
  let nowMs = 0;
  const backoff = createBackoff({
    firstMs: 2_000,
    maxMs: 60_000,
    now: () => nowMs,
    random: () => 0.5,
  });
  const waits: number[] = [];
  for (let i = 0; i < 7; i++) {
    const untilMs = backoff.refused("p");
    expect(backoff.refused("p")).toBe(untilMs); // another request of the same burst
    waits.push(untilMs - nowMs);
    nowMs = untilMs;
  }
  expect(waits).toEqual([5_000, 7_000, 11_000, 19_000, 35_000, 63_000, 63_000]);
  expect(backoff.refused("q") - nowMs).toBe(5_000);
  backoff.succeeded("p");
  expect(backoff.refused("p") - nowMs).toBe(5_000);
});

test("requests say which version sends them", () => {
  const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { version: string };
  expect(USER_AGENT).toBe(`crosscurrent/${version}`);
});
