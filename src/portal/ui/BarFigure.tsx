// A bar chart with its legend. Load it lazily: charts are most of the Portal's code.
import "@mantine/charts/styles.css";
import { BarChart, type BarChartProps } from "@mantine/charts";
import { formatCount } from "./time.ts";
import { Legend, type Series } from "./series.tsx";

interface BarFigureProps extends Pick<BarChartProps, "data" | "dataKey" | "type"> {
  label: string;
  series: Series[];
}

export default function BarFigure({ label, series, ...chart }: BarFigureProps) {
  return (
    <figure style={{ margin: 0 }} aria-label={label}>
      <Legend series={series} />
      <BarChart
        {...chart}
        h={180}
        series={series}
        valueFormatter={formatCount}
        yAxisProps={{ allowDecimals: false }}
        barChartProps={{ accessibilityLayer: false, margin: { top: 8 } }}
        maxBarWidth={28}
      />
    </figure>
  );
}
