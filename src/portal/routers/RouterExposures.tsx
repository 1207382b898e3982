// A chart of a router's exposures per hour and variant, over the last 48 hours.
import { Text } from "@mantine/core";
import { lazy, Suspense } from "react";
import { client, type Schemas } from "../api.ts";
import { useApiQuery } from "../queries.ts";
import { Loading } from "../ui/Loading.tsx";
import { QueryState } from "../ui/QueryState.tsx";
import { toSeries, type Series } from "../ui/series.tsx";
import { formatCount, localTime } from "../ui/time.ts";
import { ROUTERS_KEY } from "./queries.ts";

const BarFigure = lazy(() => import("../ui/BarFigure.tsx"));
const POLL_MS = 60_000;
const HOUR_MS = 3_600_000;

type Hour = Schemas["ExposureHour"];

export function RouterExposures({ router }: { router: string }) {
  const query = useApiQuery(
    [...ROUTERS_KEY, router, "exposures"],
    () => client.GET("/v1/routers/{router}/exposures", { params: { path: { router } } }),
    { refetchInterval: POLL_MS },
  );
  return (
    <QueryState query={query} loading="Loading exposures" rows={1}>
      {({ hours }) => <Chart router={router} hours={hours} />}
    </QueryState>
  );
}

function Chart({ router, hours }: { router: string; hours: Hour[] }) {
  if (hours.length === 0) return <Text>There were no exposures in the last 48 hours.</Text>;
  const series = toSeries([...new Set(hours.map(labelOf))]);
  const total = formatCount(hours.reduce((sum, { exposures }) => sum + exposures, 0));
  return (
    <Suspense fallback={<Loading label="Loading the chart" rows={1} />}>
      <Text>Exposures per hour: {total} in all</Text>
      <BarFigure
        label={`Exposures per hour of ${router}: ${total} in all`}
        data={toBars(hours, series)}
        dataKey="hour"
        type="stacked"
        series={series}
      />
    </Suspense>
  );
}

const labelOf = ({ routeId, variantId }: Hour): string => `${routeId} / ${variantId}`;

/** One bar for each hour since the first exposure, also for hours without exposures. */
function toBars(hours: Hour[], series: Series[]): Record<string, string | number>[] {
  const times = hours.map(({ hour }) => Date.parse(hour));
  const firstMs = Math.min(...times);
  const count = (Math.max(Date.now(), ...times) - firstMs) / HOUR_MS;
  const bars = Array.from({ length: Math.floor(count) + 1 }, (_, i): Record<string, string | number> => ({
    hour: localTime(new Date(firstMs + i * HOUR_MS).toISOString()),
  }));
  for (const hour of hours) {
    const bar = bars[(Date.parse(hour.hour) - firstMs) / HOUR_MS];
    const name = series.find(({ label }) => label === labelOf(hour))?.name;
    if (bar && name !== undefined) bar[name] = hour.exposures;
  }
  return bars;
}
