// Whether a result can be trusted: what was checked, what is wrong, what to do.
import { Badge, Group, List, Text } from "@mantine/core";
import type { MetricHealth } from "./types.ts";
import { HEALTH_COLORS } from "../ui/theme.ts";
import { When } from "../ui/RelativeTime.tsx";

const CHECKS: Record<MetricHealth["check"], string> = {
  sample_ratio: "Sample ratio",
  minimum_sample: "Minimum sample",
  join_rate: "Users found in the product's events",
  multiple_exposures: "Users of several groups",
  complete_through: "Data complete through",
  rejected: "Rejected records",
  exposed_before: "Time before exposure",
  deduplicated: "Records read more than once",
};
const STATUSES: Record<MetricHealth["status"], string> = { ok: "OK", warning: "Warning", unknown: "Unknown" };
const ORDER: MetricHealth["status"][] = ["warning", "unknown", "ok"];

/** What warns comes first. */
export function HealthChecks({ health }: { health: MetricHealth[] }) {
  const sorted = health.toSorted((a, b) => ORDER.indexOf(a.status) - ORDER.indexOf(b.status));
  return (
    <List listStyleType="none" spacing="sm" styles={{ itemWrapper: { display: "block" } }}>
      {sorted.map(({ check, status, message, figures }) => (
        <List.Item key={check}>
          <Group gap="xs">
            <Badge color={HEALTH_COLORS[status]}>{STATUSES[status]}</Badge>
            <Text fw={600} size="sm">
              {CHECKS[check]}
            </Text>
            {check === "sample_ratio" && typeof figures.pValue === "number" && (
              <Text size="sm">p = {figures.pValue.toPrecision(3)}</Text>
            )}
            {check === "complete_through" && typeof figures.completeThrough === "string" && (
              <Text size="sm">
                <When at={figures.completeThrough} />
              </Text>
            )}
          </Group>
          <Text size="sm">{message}</Text>
        </List.Item>
      ))}
    </List>
  );
}
