// The daily look at accounts ends in time, however slowly a provider answers.
import { afterEach, expect, test, vi } from "vitest";
import type { Reach } from "../../src/activities/dependencies.ts";
import { lookAtAccounts } from "../../src/activities/lookAtAccounts.ts";

afterEach(() => vi.restoreAllMocks());

test("no further account is begun after a minute", async () => {
  let nowMs = 0;
  vi.spyOn(performance, "now").mockImplementation(() => nowMs);
  const look = vi.fn<() => Promise<void>>(async () => {
    nowMs += 25_000;
  });
  const dependencies = {
    store: {
      ownership: { dueForLook: async () => ["a", "b", "c", "d", "e"] },
      integrations: { connection: async () => ({ provider: "bigquery" }) },
    },
    connectors: { bigquery: { ownership: { look } } },
  } as unknown as Reach;
  await lookAtAccounts(dependencies, () => {});
  expect(look).toHaveBeenCalledTimes(3);
});
