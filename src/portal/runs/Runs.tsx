// The runs of an integration: a chart of the records per run, and the list.
import { Badge, Box, Text } from "@mantine/core";
import { lazy, Suspense } from "react";
import { client, unwrap, type Schemas } from "../api.ts";
import { ACTIVE_POLL_MS, integrationKey } from "../integrations/queries.ts";
import { ERROR_TITLES } from "../integrations/SyncErrors.tsx";
import { useApiPages } from "../queries.ts";
import { DataTable, type Column } from "../ui/DataTable.tsx";
import { Loading } from "../ui/Loading.tsx";
import { Section } from "../ui/Page.tsx";
import { QueryState } from "../ui/QueryState.tsx";
import { RelativeTime } from "../ui/RelativeTime.tsx";
import { toSeries } from "../ui/series.tsx";
import { OUTCOME_COLORS, STATUS_COLORS } from "../ui/theme.ts";
import { formatBytes, formatCount, localTime, outcomeText } from "../ui/time.ts";

const BarFigure = lazy(() => import("../ui/BarFigure.tsx"));

type Run = Schemas["Run"];

const DIRECTIONS = ["export", "import"] as const;
const SERIES = toSeries(["Exported", "Imported"]);

export function Runs({ id }: { id: string }) {
  const runs = useApiPages(
    [...integrationKey(id), "runs"],
    (query) => unwrap(client.GET("/v1/integrations/{id}/runs", { params: { path: { id }, query } })),
    ACTIVE_POLL_MS,
  );
  return (
    <Section title="Runs">
      <QueryState query={runs} loading="Loading runs" more="Older runs">
        {({ pages }) => <RunList runs={pages.flatMap((page) => page.runs)} />}
      </QueryState>
    </Section>
  );
}

const COLUMNS: Column<Run>[] = [
  { head: "Started", cell: ({ startedAt }) => <RelativeTime at={startedAt} /> },
  {
    head: "Outcome",
    cell: ({ outcome }) => (
      <Badge color={outcome === null ? STATUS_COLORS.syncing : OUTCOME_COLORS[outcome]}>
        {outcome === null ? "running" : outcomeText(outcome)}
      </Badge>
    ),
  },
  { head: "Export", cell: (run) => <DirectionOfRun run={run} name="export" /> },
  { head: "Import", cell: (run) => <DirectionOfRun run={run} name="import" /> },
];

function RunList({ runs }: { runs: Run[] }) {
  if (runs.length === 0) return <Text>There was no run yet.</Text>;
  return (
    <>
      <Suspense fallback={<Loading label="Loading the chart" rows={1} />}>
        <BarFigure
          label="Records per run. The table below has the numbers."
          data={runs.toReversed().map(toBars)}
          dataKey="run"
          series={SERIES}
        />
      </Suspense>
      <DataTable label="Runs" columns={COLUMNS} rows={runs} keyOf={(run) => run.id} />
    </>
  );
}

function toBars({ startedAt, directions }: Run): Record<string, string | number> {
  const bars = directions.map(({ direction, records }) => [SERIES[DIRECTIONS.indexOf(direction)]?.name, records]);
  return { run: localTime(startedAt), ...Object.fromEntries(bars) };
}

function DirectionOfRun({ run, name }: { run: Run; name: "export" | "import" }) {
  const direction = run.directions.find((one) => one.direction === name);
  if (direction === undefined) return "off";
  const { records, rejected, estimatedBytes, failedEvents = [], error } = direction;
  return (
    <>
      {formatCount(records)} records{rejected > 0 && `, ${formatCount(rejected)} rejected`}
      {estimatedBytes !== undefined && (
        <Text size="xs" c="dimmed">
          reads about {formatBytes(estimatedBytes)}
        </Text>
      )}
      {failedEvents.length > 0 && (
        <Box style={{ overflowWrap: "anywhere" }}>failed events: {failedEvents.join(", ")}</Box>
      )}
      {error && (
        <details>
          <summary style={{ cursor: "pointer" }}>{ERROR_TITLES[error.kind]}</summary>
          {error.message}
        </details>
      )}
    </>
  );
}
