// A chart of the metric by day of first exposure. Load it lazily: charts are most of the Portal's code.
import "@mantine/charts/styles.css";
import { LineChart } from "@mantine/charts";
import { Text } from "@mantine/core";
import { useState } from "react";
import type { MetricResults } from "../api.ts";
import { DataTable } from "../ui/DataTable.tsx";
import { Legend, toSeries } from "../ui/series.tsx";
import { formatCount } from "../ui/time.ts";
import { formatConfidence } from "./comparison.ts";
import { formatValue } from "./format.ts";

/** Enough for an amount with its currency. */
const Y_AXIS_PX = 84;
const DAY_MS = 86_400_000;

export default function OverTime({ results }: { results: MetricResults }) {
  const { overTime, groups, metric } = results;
  const [isOpen, setIsOpen] = useState(false);
  if (overTime.length === 0) return <Text>No users were exposed on these days.</Text>;
  const series = toSeries(groups.map(({ id }) => id));
  const names = new Map(series.map(({ label, name }) => [label, name]));
  const byDay = new Map(overTime.map((one) => [one.day, one.groups]));
  const data = daysBetween(overTime[0]?.day, overTime.at(-1)?.day).map((day) => ({
    day,
    ...Object.fromEntries((byDay.get(day) ?? []).map(({ id, value }) => [names.get(id), value])),
  }));
  return (
    <>
      {/* Without "hidden", the chart's tooltip can make a page that became narrower scroll sideways. */}
      <figure
        style={{ margin: 0, overflow: "hidden" }}
        aria-label="The metric by day. The table below has the numbers."
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
      <Text c="dimmed">
        Each day shows the users who were first exposed on it, with all their events within the window. The last days
        change until their windows are over.
      </Text>
      <details onToggle={(event) => setIsOpen(event.currentTarget.open)}>
        <summary>Numbers by day</summary>
        {/* The table can have thousands of rows, so it is built only when it is opened. */}
        {isOpen && <DayTable results={results} />}
      </details>
    </>
  );
}

function DayTable({ results: { overTime, metric, confidence, by } }: { results: MetricResults }) {
  const format = (value: number) => formatValue(metric.format, value);
  return (
    <DataTable
      label="Numbers by day"
      columns={[
        { head: "Day (UTC)", cell: ({ day }) => day },
        { head: by === "route" ? "Route" : "Variant", overflowWrap: "anywhere", cell: ({ id }) => id },
        { head: "Users", align: "right", cell: ({ users }) => formatCount(users) },
        { head: "Value", align: "right", cell: ({ value }) => (value === null ? "–" : format(value)) },
        {
          head: `${formatConfidence(confidence)} interval`,
          align: "right",
          cell: ({ interval }) => (interval === null ? "–" : `${format(interval.low)} to ${format(interval.high)}`),
        },
      ]}
      rows={overTime.flatMap(({ day, groups }) => groups.map((group) => ({ day, ...group })))}
      keyOf={({ day, id }) => `${day} ${id}`}
    />
  );
}

/** All days from the first to the last: days without users are gaps in the chart. */
function daysBetween(first = "", last = ""): string[] {
  const firstMs = Date.parse(first);
  const days = (Date.parse(last) - firstMs) / DAY_MS + 1;
  return Array.from({ length: days }, (_, i) => new Date(firstMs + i * DAY_MS).toISOString().slice(0, 10));
}
