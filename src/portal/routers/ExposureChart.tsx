// Exposures per hour of a router's variants, over the last days. Loaded apart: charts are most of the Portal's code.
import "@mantine/charts/styles.css";
import { BarChart } from "@mantine/charts";
import { Text } from "@mantine/core";
import { useRouterExposures } from "../queries.ts";
import { count, localTime } from "../ui/time.ts";
import { Failure } from "../ui/ErrorAlert.tsx";
import { Loading } from "../ui/Loading.tsx";
import { Legend, seriesOf, type Series } from "../ui/Series.tsx";

const HOUR_MS = 3_600_000;

export default function ExposureChart({ router }: { router: string }) {
  const exposures = useRouterExposures(router);
  if (exposures.isPending) return <Loading label="Loading exposures" rows={1} />;
  if (exposures.error) return <Failure error={exposures.error} onRetry={exposures.refetch} />;
  const { hours } = exposures.data;
  if (hours.length === 0) return <Text size="sm">No exposures in the last hours.</Text>;
  const series = seriesOf([...new Set(hours.map(labelOf))]);
  const total = hours.reduce((sum, { exposures: value }) => sum + value, 0);
  return (
    <figure style={{ margin: 0 }} aria-label={`Exposures per hour of ${router}: ${count(total)} in all`}>
      <Text component="figcaption" size="sm" mb="xs">
        Exposures per hour: {count(total)} in all
      </Text>
      <Legend series={series} />
      <BarChart
        h={180}
        data={barsOf(hours, series)}
        dataKey="hour"
        type="stacked"
        series={series}
        valueFormatter={count}
        yAxisProps={{ allowDecimals: false }}
        barChartProps={{ accessibilityLayer: false, margin: { top: 8 } }}
        maxBarWidth={28}
      />
    </figure>
  );
}

interface HourOfVariant {
  hour: string;
  routeId: string;
  variantId: string;
  exposures: number;
}

function labelOf({ routeId, variantId }: HourOfVariant): string {
  return `${routeId} / ${variantId}`;
}

/** One for each hour since the first exposure: hours without any are part of the picture. */
function barsOf(hours: HourOfVariant[], series: Series[]): Record<string, string | number>[] {
  const firstMs = Math.min(...hours.map(({ hour }) => Date.parse(hour)));
  const lastMs = Math.max(Date.now(), ...hours.map(({ hour }) => Date.parse(hour)));
  const bars = new Map<number, Record<string, string | number>>();
  for (let ms = firstMs; ms <= lastMs; ms += HOUR_MS) bars.set(ms, { hour: localTime(new Date(ms).toISOString()) });
  const names = new Map(series.map(({ label, name }) => [label, name]));
  for (const of of hours) {
    const [bar, name] = [bars.get(Date.parse(of.hour)), names.get(labelOf(of))];
    if (bar !== undefined && name !== undefined) bar[name] = of.exposures;
  }
  return [...bars.values()];
}
