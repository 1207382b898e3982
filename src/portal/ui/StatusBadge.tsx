// How an integration or a run is, in a word and a colour.
import { Badge } from "@mantine/core";
import type { Integration, Run } from "../api.ts";
import { OUTCOME_COLORS, STATUS_COLORS } from "./theme.ts";

export function StatusBadge({ status }: { status: Integration["status"] }) {
  return <Badge color={STATUS_COLORS[status]}>{status}</Badge>;
}

export function OutcomeBadge({ outcome }: { outcome: Run["outcome"] }) {
  return outcome === null ? (
    <Badge color={STATUS_COLORS.syncing}>running</Badge>
  ) : (
    <Badge color={OUTCOME_COLORS[outcome]}>{outcome}</Badge>
  );
}
