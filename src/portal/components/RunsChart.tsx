// Rows per run, oldest first. Loaded apart: charts are most of the Portal's code.
import "@mantine/charts/styles.css";
import { BarChart } from "@mantine/charts";
import type { Run } from "../api.ts";
import { localTime } from "../time.ts";

const SERIES = [
  { name: "export", label: "Exported", color: "blue.8" },
  { name: "import", label: "Imported", color: "orange.8" },
];

export default function RunsChart({ runs }: { runs: Run[] }) {
  const data = runs.toReversed().map(({ startedAt, legs }) => ({
    run: localTime(startedAt),
    ...Object.fromEntries(legs.map(({ leg, records }) => [leg, records])),
  }));
  return (
    <figure style={{ margin: 0 }} aria-label="Rows per run; the table below has the numbers">
      <BarChart
        h={180}
        data={data}
        dataKey="run"
        series={SERIES}
        withLegend
        yAxisProps={{ allowDecimals: false }}
        barChartProps={{ accessibilityLayer: false }}
        maxBarWidth={28}
      />
    </figure>
  );
}
