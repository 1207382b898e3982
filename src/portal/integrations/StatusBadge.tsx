// The status of an integration as a badge.
import { Badge } from "@mantine/core";
import type { Integration } from "../api.ts";
import { statusLook } from "./statusLook.ts";

export function StatusBadge({ integration }: { integration: Integration }) {
  const { label, color } = statusLook(integration);
  return <Badge color={color}>{label}</Badge>;
}
