// The badge of an integration: never green without evidence.
import fc from "fast-check";
import { expect, test } from "vitest";
import { statusLook } from "../../../src/portal/integrations/statusLook.ts";
import { AMBER, STATUS_COLORS } from "../../../src/portal/ui/theme.ts";

type Facts = Parameters<typeof statusLook>[0];

const AT = "2026-01-31T08:00:00.000Z";
const run = (outcome: NonNullable<Facts["lastRun"]>["outcome"]): Facts["lastRun"] => ({
  id: "run",
  startedAt: AT,
  finishedAt: AT,
  outcome,
});
const WELL: Facts = {
  status: "idle",
  overdue: false,
  lastRun: run("succeeded"),
  lastTest: { at: AT, ok: true, steps: [] },
  warnings: [],
  export: { enabled: true },
  import: { enabled: false },
};
const WARNING: Facts["warnings"][number] = { code: "gaps", message: "Days could not be read." };

test.each<[string, Partial<Facts>, string, string]>([
  ["all is well", {}, "idle", STATUS_COLORS.idle],
  ["overdue", { overdue: true, status: "syncing" }, "overdue", STATUS_COLORS.attention],
  ["an error", { status: "attention" }, "attention", STATUS_COLORS.attention],
  ["a failed run whose error is gone", { lastRun: run("failed") }, "failed", STATUS_COLORS.attention],
  ["paused", { status: "paused", lastTest: null }, "paused", "gray.7"],
  ["off", { export: { enabled: false } }, "off", "gray.7"],
  ["never run", { lastRun: null, lastTest: null }, "not run yet", "gray.7"],
  ["untested", { lastTest: null, warnings: [WARNING] }, "untested", AMBER],
  ["a failed test", { lastTest: { at: AT, ok: false, steps: [] }, lastRun: null }, "test failed", AMBER],
  ["a warning", { warnings: [WARNING] }, "has warnings", AMBER],
  ["a partial run", { lastRun: run("partial") }, "partial", AMBER],
  ["a run with nothing to do", { lastRun: run("nothing_to_do") }, "nothing to do", "gray.7"],
])("%s", (_, facts, label, color) => {
  expect(statusLook({ ...WELL, ...facts })).toEqual({ label, color });
});

test("green only after a run and a test that succeeded, without a warning, and with a worker", () => {
  const facts = fc.record({
    status: fc.constantFrom("idle", "syncing", "paused", "attention"),
    overdue: fc.boolean(),
    lastRun: fc.constantFrom(null, run(null), run("succeeded"), run("partial"), run("failed"), run("nothing_to_do")),
    lastTest: fc.constantFrom(null, WELL.lastTest, { at: AT, ok: false, steps: [] }),
    warnings: fc.boolean().map((isWarned) => (isWarned ? [WARNING] : [])),
    export: fc.record({ enabled: fc.boolean() }),
    import: fc.record({ enabled: fc.boolean() }),
  });
  fc.assert(
    fc.property(facts, (one) => {
      const hasEvidence =
        one.status === "idle" &&
        !one.overdue &&
        one.lastRun?.outcome === "succeeded" &&
        one.lastTest?.ok === true &&
        one.warnings.length === 0 &&
        (one.export.enabled || one.import.enabled);
      expect(statusLook(one).color === STATUS_COLORS.idle).toBe(hasEvidence);
    }),
    { numRuns: 1_000 },
  );
});
