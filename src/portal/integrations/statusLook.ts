// The status of an integration in one or two words and a colour. Green needs a run and a test that succeeded.
import type { Integration } from "../api.ts";
import { AMBER, STATUS_COLORS } from "../ui/theme.ts";

const GRAY = "gray.7";

type Facts = Pick<Integration, "status" | "overdue" | "lastRun" | "lastTest" | "warnings"> & {
  export: { enabled: boolean };
  import: { enabled: boolean };
};

/** An error or a missing worker counts more than a warning, and a warning more than a run that succeeded. */
export function statusLook(integration: Facts): { label: string; color: string } {
  const { status, overdue, lastRun, lastTest, warnings } = integration;
  if (overdue) return { label: "overdue", color: STATUS_COLORS.attention };
  if (status !== "idle") return { label: status, color: STATUS_COLORS[status] };
  if (lastTest?.ok === false) return { label: "test failed", color: AMBER };
  if (!integration.export.enabled && !integration.import.enabled) return { label: "off", color: GRAY };
  if (lastRun === null) return { label: "not run yet", color: GRAY };
  if (lastRun.outcome === "failed") return { label: "failed", color: STATUS_COLORS.attention };
  if (lastTest === null) return { label: "untested", color: AMBER };
  if (warnings.length > 0) return { label: "has warnings", color: AMBER };
  switch (lastRun.outcome) {
    case "succeeded":
      return { label: "idle", color: STATUS_COLORS.idle };
    case "nothing_to_do":
      return { label: "nothing to do", color: GRAY };
    default:
      return { label: lastRun.outcome ?? "not run yet", color: AMBER };
  }
}
