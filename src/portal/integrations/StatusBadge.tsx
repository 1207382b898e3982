// The status of an integration in one word. Green only if the last run and the last test succeeded.
import { Badge } from "@mantine/core";
import type { Integration } from "../api.ts";
import { AMBER, STATUS_COLORS } from "../ui/theme.ts";

type Look = { label: string; color: string };

const GRAY = "gray.7";

export function StatusBadge({ integration }: { integration: Integration }) {
  const { label, color } = lookOf(integration);
  return <Badge color={color}>{label}</Badge>;
}

/** An error or a missing worker counts more than a warning, and a warning more than a run that succeeded. */
export function lookOf(integration: Integration): Look {
  const { status, overdue, lastRun, warnings } = integration;
  if (overdue) return { label: "overdue", color: STATUS_COLORS.attention };
  if (status !== "idle") return { label: status, color: STATUS_COLORS[status] };
  const isOn = integration.export.enabled || integration.import.enabled;
  const has = (code: string) => warnings.some((warning) => warning.code === code);
  if (has("test_failed")) return { label: "test failed", color: AMBER };
  if (!isOn) return { label: "off", color: GRAY };
  if (lastRun === null) return { label: "not run yet", color: GRAY };
  if (has("never_tested")) return { label: "untested", color: AMBER };
  if (warnings.length > 0) return { label: "has warnings", color: AMBER };
  switch (lastRun.outcome) {
    case "succeeded":
      return { label: "idle", color: STATUS_COLORS.idle };
    case "nothing_to_do":
      return { label: "nothing to do", color: GRAY };
    case "failed":
      return { label: "failed", color: STATUS_COLORS.attention };
    default:
      return { label: lastRun.outcome ?? "not run yet", color: AMBER };
  }
}
