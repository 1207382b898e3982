// The table of a result: each group's users and value, and its difference to the baseline.
import { Badge, Group, Text } from "@mantine/core";
import type { ReactNode } from "react";
import type { MetricResults } from "../api.ts";
import { DataTable, type Column } from "../ui/DataTable.tsx";
import { VERDICT_COLORS } from "../ui/theme.ts";
import { formatCount } from "../ui/time.ts";
import {
  compare,
  differenceFormatter,
  formatConfidence,
  VERDICTS,
  type Comparison,
  type ComparisonChoice,
} from "./comparison.ts";
import { formatPValue, formatValue, REFUSALS } from "./format.ts";

export function ResultTable({ results, choice }: { results: MetricResults; choice: ComparisonChoice }) {
  const { direction } = results.metric;
  const rows = results.groups.map((group) => ({ ...group, comparison: compare(group, direction, choice) }));
  return <DataTable label="Result" columns={columnsOf(results, choice)} rows={rows} keyOf={({ id }) => id} />;
}

type Row = MetricResults["groups"][number] & { comparison: Comparison | string };

function columnsOf({ metric, baseline, confidence, by }: MetricResults, choice: ComparisonChoice): Column<Row>[] {
  const interval = `${formatConfidence(confidence)} interval`;
  const difference = choice.difference === "relative" ? "Relative" : "Absolute";
  const everyLook = choice.interval === "alwaysValid" ? ", for every look" : "";
  const format = (value: number) => formatValue(metric.format, value);
  const formatDifference = differenceFormatter(metric, choice);
  return [
    {
      head: by === "route" ? "Route" : "Variant",
      isRowHead: true,
      overflowWrap: "anywhere",
      cell: ({ id }) => (
        <Group gap="xs">
          {id} {id === baseline && <Badge variant="default">baseline</Badge>}
        </Group>
      ),
    },
    { head: "Users", align: "right", cell: ({ users }) => formatCount(users) },
    { head: "Exposures", align: "right", cell: ({ exposures }) => formatCount(exposures) },
    {
      head: `Value (${interval})`,
      align: "right",
      cell: ({ value, interval: range, refusal }) => {
        if (value !== null) return withInterval(value, range, format);
        return refusal === null ? "–" : REFUSALS[refusal];
      },
    },
    {
      head: `${difference} difference (${interval}${everyLook})`,
      align: "right",
      cell: ({ comparison }) =>
        typeof comparison === "string" ? comparison : withInterval(comparison.estimate, comparison, formatDifference),
    },
    {
      head: "p-value",
      align: "right",
      cell: ({ comparison }) => (typeof comparison === "string" ? "–" : formatPValue(comparison.pValue)),
    },
    {
      head: "Verdict",
      cell: ({ comparison }) => {
        if (typeof comparison === "string") return "–";
        return <Badge color={VERDICT_COLORS[comparison.verdict]}>{VERDICTS[comparison.verdict]}</Badge>;
      },
    },
  ];
}

function withInterval(
  value: number,
  interval: { low: number; high: number } | null,
  format: (value: number) => string,
): ReactNode {
  return (
    <>
      {format(value)}
      {interval && (
        <Text size="xs" c="dimmed">
          {format(interval.low)} to {format(interval.high)}
        </Text>
      )}
    </>
  );
}
