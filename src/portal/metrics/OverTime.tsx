// The metric over time: by the day on which its users were first exposed. Loaded apart: charts are most of the Portal's code.
import "@mantine/charts/styles.css";
import { LineChart } from "@mantine/charts";
import { Table, Text } from "@mantine/core";
import { useState } from "react";
import type { MetricResults } from "./types.ts";
import { formatValue } from "./format.ts";
import { confidenceText } from "./resultView.ts";
import { count } from "../ui/time.ts";
import { ListTable } from "../ui/ListTable.tsx";
import { Legend, seriesOf } from "../ui/Series.tsx";

/** Room for an amount with its currency. */
const Y_AXIS_PX = 84;
const DAY_MS = 86_400_000;

export default function OverTime({ results }: { results: MetricResults }) {
  const { overTime, groups, metric } = results;
  const [isOpen, setIsOpen] = useState(false);
  if (overTime.length === 0) return <Text size="sm">Nobody was exposed on these days.</Text>;
  const series = seriesOf(groups.map(({ id }) => id));
  const names = new Map(series.map(({ label, name }) => [label, name]));
  const found = new Map(overTime.map((of) => [of.day, of.groups]));
  const data = everyDay(overTime[0]?.day, overTime.at(-1)?.day).map((day) => ({
    day,
    ...Object.fromEntries((found.get(day) ?? []).map(({ id, value }) => [names.get(id), value])),
  }));
  return (
    <>
      {/* A tooltip stays where it was when the page became narrower. */}
      <figure
        style={{ margin: 0, overflow: "hidden" }}
        aria-label="The metric over time; the table below has the numbers"
      >
        <Legend series={series} />
        <LineChart
          h={240}
          data={data}
          dataKey="day"
          series={series}
          connectNulls={false}
          curveType="linear"
          yAxisProps={{ domain: ["auto", "auto"], width: Y_AXIS_PX }}
          xAxisProps={{ padding: { left: 16, right: 16 } }}
          valueFormatter={(value) => formatValue(metric.format, value)}
          lineChartProps={{ accessibilityLayer: false, margin: { top: 8 } }}
        />
      </figure>
      <Text size="sm" c="dimmed">
        Each day has the users who were first exposed on it, with all their events within the window: the last days are
        unfinished as long as windows are open.
      </Text>
      <details onToggle={(event) => setIsOpen(event.currentTarget.open)}>
        <summary>Numbers by day</summary>
        {/* Of a year and many groups it has thousands of rows. */}
        {isOpen && <Days results={results} />}
      </details>
    </>
  );
}

function Days({ results: { overTime, metric, confidence, by } }: { results: MetricResults }) {
  const heads = [
    "Day (UTC)",
    by === "route" ? "Route" : "Variant",
    { label: "Users", isNumber: true },
    { label: "Value", isNumber: true },
    { label: `${confidenceText(confidence)} interval`, isNumber: true },
  ];
  const rows = overTime.flatMap(({ day, groups }) => groups.map((group) => ({ day, ...group })));
  return (
    <ListTable label="Numbers by day" minWidthPx={480} heads={heads}>
      {rows.map(({ day, id, users, value, interval }) => (
        <Table.Tr key={`${day} ${id}`}>
          <Table.Td>{day}</Table.Td>
          <Table.Td style={{ overflowWrap: "anywhere" }}>{id}</Table.Td>
          <Table.Td ta="right">{count(users)}</Table.Td>
          <Table.Td ta="right">{value === null ? "–" : formatValue(metric.format, value)}</Table.Td>
          <Table.Td ta="right">
            {interval === null
              ? "–"
              : `${formatValue(metric.format, interval.low)} to ${formatValue(metric.format, interval.high)}`}
          </Table.Td>
        </Table.Tr>
      ))}
    </ListTable>
  );
}

/** Days on which nobody came are gaps, not left out: the axis is one of time. */
function everyDay(first = "", last = ""): string[] {
  const firstMs = Date.parse(first);
  const days = (Date.parse(last) - firstMs) / DAY_MS + 1;
  return Array.from({ length: days }, (_, i) => new Date(firstMs + i * DAY_MS).toISOString().slice(0, 10));
}
