// The health checks of a result: whether it can be trusted, and what to do if not.
import { Badge, Group, List, Text } from "@mantine/core";
import type { Schemas } from "../api.ts";
import { RelativeTime } from "../ui/RelativeTime.tsx";
import { HEALTH_COLORS } from "../ui/theme.ts";

type MetricHealth = Schemas["MetricHealth"];

const CHECKS: Record<MetricHealth["check"], string> = {
  sample_ratio: "Sample ratio",
  minimum_sample: "Minimum sample",
  join_rate: "Users found in the imported events",
  mixed_variants: "Users with exposures in several groups",
  complete_through: "Data complete through",
  rejected: "Rejected records",
  exposed_before: "Time before exposure",
  deduplicated: "Records read more than once",
};
const STATUSES: Record<MetricHealth["status"], string> = { ok: "OK", warning: "Warning", unknown: "Unknown" };
const ORDER: MetricHealth["status"][] = ["warning", "unknown", "ok"];

export function HealthChecks({ health }: { health: MetricHealth[] }) {
  const sorted = health.toSorted((a, b) => ORDER.indexOf(a.status) - ORDER.indexOf(b.status));
  return (
    <List listStyleType="none" spacing="sm" styles={{ itemWrapper: { display: "block" } }}>
      {sorted.map(({ check, status, message, figures: { pValue, completeThrough } }) => (
        <List.Item key={check}>
          <Group gap="xs">
            <Badge color={HEALTH_COLORS[status]}>{STATUSES[status]}</Badge>
            <Text fw={600}>{CHECKS[check]}</Text>
            <Text>
              {check === "sample_ratio" && typeof pValue === "number" && `p = ${pValue.toPrecision(3)}`}
              {check === "complete_through" && typeof completeThrough === "string" && (
                <RelativeTime at={completeThrough} />
              )}
            </Text>
          </Group>
          <Text>{message}</Text>
        </List.Item>
      ))}
    </List>
  );
}
