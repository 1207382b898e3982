// The status of an integration as a coloured word.
import { Badge } from "@mantine/core";
import type { Integration } from "../api.ts";
import { STATUS_COLORS } from "../ui/theme.ts";

export function StatusBadge({ status }: { status: Integration["status"] }) {
  return <Badge color={STATUS_COLORS[status]}>{status}</Badge>;
}
