// Exposures per hour of a router's variants, over the last days. Loaded apart: charts are most of the Portal's code.
import "@mantine/charts/styles.css";
import { BarChart } from "@mantine/charts";
import { Text } from "@mantine/core";
import { useRouterExposures } from "../queries.ts";
import { count, localTime } from "../time.ts";
import { Failure } from "./Failure.tsx";
import { Loading } from "./Loading.tsx";

const HOUR_MS = 3_600_000;
const COLORS = ["blue.8", "orange.8", "teal.8", "grape.8", "red.8", "lime.9", "cyan.9", "pink.8"];

export default function ExposureChart({ router }: { router: string }) {
  const exposures = useRouterExposures(router);
  if (exposures.isPending) return <Loading label="Loading exposures" rows={1} />;
  if (exposures.error) return <Failure error={exposures.error} onRetry={exposures.refetch} />;
  const { hours } = exposures.data;
  if (hours.length === 0) return <Text size="sm">No exposures in the last hours.</Text>;
  const names = [...new Set(hours.map(({ routeId, variantId }) => `${routeId} / ${variantId}`))];
  const total = hours.reduce((sum, { exposures: value }) => sum + value, 0);
  return (
    <figure style={{ margin: 0 }} aria-label={`Exposures per hour of ${router}: ${count(total)} in all`}>
      <Text component="figcaption" size="sm" mb="xs">
        Exposures per hour: {count(total)} in all
      </Text>
      <BarChart
        h={180}
        data={barsOf(hours)}
        dataKey="hour"
        type="stacked"
        series={names.map((name, index) => ({ name, color: COLORS[index % COLORS.length]! }))}
        withLegend
        yAxisProps={{ allowDecimals: false }}
        barChartProps={{ accessibilityLayer: false }}
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

/** One for each hour since the first exposure: hours without any are part of the picture. */
function barsOf(hours: HourOfVariant[]): Record<string, string | number>[] {
  const firstMs = Math.min(...hours.map(({ hour }) => Date.parse(hour)));
  const lastMs = Math.max(Date.now(), ...hours.map(({ hour }) => Date.parse(hour)));
  const bars = new Map<number, Record<string, string | number>>();
  for (let ms = firstMs; ms <= lastMs; ms += HOUR_MS) bars.set(ms, { hour: localTime(new Date(ms).toISOString()) });
  for (const { hour, routeId, variantId, exposures } of hours) {
    const bar = bars.get(Date.parse(hour));
    if (bar !== undefined) bar[`${routeId} / ${variantId}`] = exposures;
  }
  return [...bars.values()];
}
