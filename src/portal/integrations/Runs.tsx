// What the runs did: a chart of rows per run and the list.
import { Table, Text } from "@mantine/core";
import { lazy, Suspense } from "react";
import type { Run } from "../api.ts";
import { useRuns } from "../queries.ts";
import { count } from "../ui/time.ts";
import { Failure } from "../ui/ErrorAlert.tsx";
import { ListTable } from "../ui/ListTable.tsx";
import { Loading } from "../ui/Loading.tsx";
import { MoreButton } from "../ui/MoreButton.tsx";
import { Section } from "../ui/Section.tsx";
import { OutcomeBadge } from "../ui/StatusBadge.tsx";
import { KINDS } from "./SyncError.tsx";
import { When } from "../ui/RelativeTime.tsx";

const RunsChart = lazy(() => import("./RunsChart.tsx"));

export function Runs({ id }: { id: string }) {
  const runs = useRuns(id);
  const list = runs.data?.pages.flatMap((page) => page.runs) ?? [];
  return (
    <Section title="Runs">
      {runs.isPending && <Loading label="Loading runs" />}
      {runs.error && <Failure error={runs.error} onRetry={runs.refetch} />}
      {runs.data && list.length === 0 && <Text size="sm">No run has run yet.</Text>}
      {list.length > 0 && (
        <>
          <Suspense fallback={<Loading label="Loading the chart" rows={1} />}>
            <RunsChart runs={list} />
          </Suspense>
          <RunTable runs={list} />
        </>
      )}
      <MoreButton of={runs} label="Older runs" />
    </Section>
  );
}

function RunTable({ runs }: { runs: Run[] }) {
  return (
    <ListTable label="Runs" minWidthPx={560} heads={["Started", "Outcome", "Export", "Import"]}>
      {runs.map((run) => (
        <Table.Tr key={run.id}>
          <Table.Td>
            <When at={run.startedAt} />
          </Table.Td>
          <Table.Td>
            <OutcomeBadge outcome={run.outcome} />
          </Table.Td>
          <Table.Td>
            <Direction run={run} name="export" />
          </Table.Td>
          <Table.Td>
            <Direction run={run} name="import" />
          </Table.Td>
        </Table.Tr>
      ))}
    </ListTable>
  );
}

function Direction({ run, name }: { run: Run; name: "export" | "import" }) {
  const direction = run.directions.find((one) => one.direction === name);
  if (direction === undefined) return "off";
  const rejected = direction.rejected > 0 ? `, ${count(direction.rejected)} rejected` : "";
  return (
    <>
      {count(direction.records)} rows{rejected}
      {direction.failedEvents !== undefined && direction.failedEvents.length > 0 && (
        <div style={{ overflowWrap: "anywhere" }}>failed: {direction.failedEvents.join(", ")}</div>
      )}
      {direction.error !== undefined && (
        <details>
          <summary style={{ cursor: "pointer" }}>{KINDS[direction.error.kind]}</summary>
          {direction.error.message}
        </details>
      )}
    </>
  );
}
