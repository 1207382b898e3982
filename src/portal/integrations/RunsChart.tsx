// Rows per run, oldest first. Loaded apart: charts are most of the Portal's code.
import "@mantine/charts/styles.css";
import { BarChart } from "@mantine/charts";
import type { Run } from "../api.ts";
import { count, localTime } from "../ui/time.ts";
import { Legend, seriesOf } from "../ui/Series.tsx";

const LEGS = ["export", "import"] as const;
const SERIES = seriesOf(["Exported", "Imported"]);

export default function RunsChart({ runs }: { runs: Run[] }) {
  const data = runs.toReversed().map(({ startedAt, directions }) => ({
    run: localTime(startedAt),
    ...Object.fromEntries(directions.map(({ direction, records }) => [SERIES[LEGS.indexOf(direction)]?.name, records])),
  }));
  return (
    <figure style={{ margin: 0 }} aria-label="Rows per run; the table below has the numbers">
      <Legend series={SERIES} />
      <BarChart
        h={180}
        data={data}
        dataKey="run"
        series={SERIES}
        valueFormatter={count}
        yAxisProps={{ allowDecimals: false }}
        barChartProps={{ accessibilityLayer: false, margin: { top: 8 } }}
        maxBarWidth={28}
      />
    </figure>
  );
}
