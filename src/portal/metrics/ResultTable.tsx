// The result in numbers: each group's users and value, and its difference to the baseline.
import { Badge, Group, Table, Text } from "@mantine/core";
import type { MetricGroup, MetricResults } from "./types.ts";
import { formatPValue, formatValue, REFUSALS } from "./format.ts";
import { confidenceText, differenceFormat, shownOf, VERDICTS, type View } from "./resultView.ts";
import { VERDICT_COLORS } from "../ui/theme.ts";
import { ListTable } from "../ui/ListTable.tsx";
import { count } from "../ui/time.ts";

export function ResultTable({ results, view }: { results: MetricResults; view: View }) {
  const level = confidenceText(results.confidence);
  const everyLook = view.interval === "alwaysValid" ? ", for every look" : "";
  const heads = [
    results.by === "route" ? "Route" : "Variant",
    { label: "Users", isNumber: true },
    { label: "Exposures", isNumber: true },
    { label: `Value (${level} interval)`, isNumber: true },
    {
      label: `${view.difference === "relative" ? "Relative" : "Absolute"} difference (${level} interval${everyLook})`,
      isNumber: true,
    },
    { label: "p-value", isNumber: true },
    "Reads as",
  ];
  return (
    <ListTable label="Result" minWidthPx={760} heads={heads}>
      {results.groups.map((group) => (
        <Row key={group.id} group={group} results={results} view={view} />
      ))}
    </ListTable>
  );
}

function Row({ group, results, view }: { group: MetricGroup; results: MetricResults; view: View }) {
  const { id, users, exposures, value, interval, refusal } = group;
  const { format } = results.metric;
  return (
    <Table.Tr>
      <Table.Th scope="row" style={{ overflowWrap: "anywhere" }}>
        <Group gap="xs">
          {id}{" "}
          {id === results.baseline && (
            <Badge variant="default" miw="max-content">
              baseline
            </Badge>
          )}
        </Group>
      </Table.Th>
      <Table.Td ta="right">{count(users)}</Table.Td>
      <Table.Td ta="right">{count(exposures)}</Table.Td>
      <Table.Td ta="right">
        {value === null ? (refusal === null ? "–" : REFUSALS[refusal]) : formatValue(format, value)}
        {interval && (
          <Text size="xs" c="dimmed">
            {formatValue(format, interval.low)} to {formatValue(format, interval.high)}
          </Text>
        )}
      </Table.Td>
      <Difference group={group} results={results} view={view} />
    </Table.Tr>
  );
}

function Difference({ group, results, view }: { group: MetricGroup; results: MetricResults; view: View }) {
  const shown = shownOf(group, results.metric.direction, view);
  if (shown === null || typeof shown === "string") {
    return (
      <>
        <Table.Td ta="right">{shown ?? "–"}</Table.Td>
        <Table.Td ta="right">–</Table.Td>
        <Table.Td>–</Table.Td>
      </>
    );
  }
  const written = differenceFormat(results, view);
  return (
    <>
      <Table.Td ta="right">
        {written(shown.estimate)}
        <Text size="xs" c="dimmed">
          {written(shown.low)} to {written(shown.high)}
        </Text>
      </Table.Td>
      <Table.Td ta="right">{formatPValue(shown.pValue)}</Table.Td>
      <Table.Td>
        <Badge color={VERDICT_COLORS[shown.verdict]} miw="max-content">
          {VERDICTS[shown.verdict]}
        </Badge>
      </Table.Td>
    </>
  );
}
