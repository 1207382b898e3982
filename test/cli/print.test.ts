// What the command shows of an integration, by provider.
import type { Integration } from "../../src/domain/integration.ts";
import { expect, test } from "vitest";
import { describe, printRows } from "../../src/cli/print.ts";
import type { BigQuerySettings } from "../../src/providers/bigquery/spec.ts";

const SETTINGS: BigQuerySettings = {
  projectId: "my-project",
  datasetId: "analytics",
  serviceAccountEmail: "sync@my-project.iam.gserviceaccount.com",
  location: "EU",
};

const integration = (settings: BigQuerySettings): Integration => ({
  id: "int_1",
  workspaceId: "ws_1",
  provider: "bigquery",
  settings,
  importFrom: "2026-01-31",
  createdAtMs: 0,
  version: 1,
  status: "idle",
  paused: false,
  nextRunAtMs: null,
  overdue: false,
  lastRun: null,
  lastTest: { atMs: 0, ok: false, steps: [{ name: "Running jobs", ok: false, message: "Grant it." }] },
  ownership: { status: "claimed", code: "7h2k9m4pqx3w5t8z", attemptedAtMs: null },
  deliversUpdates: true,
  projectFixed: true,
  events: [],
  export: {
    enabled: true,
    usage: false,
    completeThroughMs: null,
    sent: 3,
    rejected: 0,
    pending: 1,
    late: 0,
    error: null,
    destination: null,
    madeAnew: null,
  },
  import: { enabled: false, error: null },
});

function shown(settings: BigQuerySettings, json: boolean): string {
  let text = "";
  const output = { print: (part: string) => void (text += part), printError: () => {} };
  printRows(output, [describe(integration(settings))], json);
  return text;
}

test("a BigQuery integration: its project, dataset, account and location, to read and for scripts", () => {
  const lines = shown(SETTINGS, false).split("\n");
  expect(lines[0]).toBe("int_1  idle");
  for (const [name, value] of Object.entries(SETTINGS)) expect(lines).toContain(`  ${name}: ${String(value)}`);
  expect(lines).toContain("  export.sent: 3");
  expect(JSON.parse(shown(SETTINGS, true))).toMatchObject({ ...SETTINGS, id: "int_1", workspaceId: "ws_1" });
});

test("warnings and the last test, line by line", () => {
  const lines = shown(SETTINGS, false).split("\n");
  expect(lines).toEqual(
    expect.arrayContaining([
      "  overdue: false",
      "  lastTest.at: 1970-01-01T00:00:00.000Z",
      "  lastTest.ok: false",
      "  lastTest.steps: Running jobs: failed: Grant it.",
      "  warnings: The last connection test failed at “Running jobs”. Correct the cause, then test again.",
      "  warnings: No run has started yet, so nothing is synced.",
    ]),
  );
});

test("one that only imports has no dataset to show", () => {
  const settings = { ...SETTINGS, datasetId: null };
  expect(shown(settings, false)).not.toContain("datasetId");
  expect(JSON.parse(shown(settings, true))).toMatchObject({ datasetId: null });
});
