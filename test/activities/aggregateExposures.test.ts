// The beginning of an export, where the look at its destination fails.
import { expect, test, vi } from "vitest";
import { aggregateExposures } from "../../src/activities/aggregateExposures.ts";
import type { ActivityDependencies } from "../../src/activities/dependencies.ts";
import { SyncError } from "../../src/domain/errors.ts";

const SEALED = { throughSeq: 7, throughMs: 3_600_000 };

function begin(failure: Error) {
  const recordDestination = vi.fn<() => Promise<void>>(async () => {});
  const store = {
    integrations: { connection: async () => ({ provider: "bigquery", workspaceId: "w" }) },
    exposures: { seal: async () => SEALED },
    exports: { hasMarked: async () => false, complete: async () => {}, recordDestination },
  };
  const connectors = { bigquery: { prepareExport: () => Promise.reject(failure) } };
  const dependencies = { store, connectors } as unknown as ActivityDependencies;
  const context = { signal: new AbortController().signal, heartbeat: () => {} };
  return { sealing: aggregateExposures(dependencies)({ integrationId: "i" }, context), recordDestination };
}

test("a rate limit at the look is left to the batches, which wait for its end", async () => {
  const limit = new SyncError("rate_limited", "Later.", { retryAtMs: Date.now() + 60_000 });
  const { sealing, recordDestination } = begin(limit);
  expect(await sealing).toEqual(SEALED);
  expect(recordDestination).not.toHaveBeenCalled();
});

test.each(["transient", "permission"] as const)("a failure that is %s fails it", async (kind) => {
  await expect(begin(new SyncError(kind, "No.")).sealing).rejects.toMatchObject({ kind });
});
