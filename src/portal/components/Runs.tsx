// What the cycles did: a chart of rows per run and the list.
import { Table, Text } from "@mantine/core";
import { lazy, Suspense } from "react";
import type { Run } from "../api.ts";
import { useRuns } from "../queries.ts";
import { count } from "../time.ts";
import { Failure } from "./Failure.tsx";
import { ListTable } from "./ListTable.tsx";
import { Loading } from "./Loading.tsx";
import { MoreButton } from "./MoreButton.tsx";
import { Section } from "./Section.tsx";
import { OutcomeBadge } from "./StatusBadge.tsx";
import { KINDS } from "./Trouble.tsx";
import { When } from "./When.tsx";

const RunsChart = lazy(() => import("./RunsChart.tsx"));

export function Runs({ id }: { id: string }) {
  const runs = useRuns(id);
  const list = runs.data?.pages.flatMap((page) => page.runs) ?? [];
  return (
    <Section title="Runs">
      {runs.isPending && <Loading label="Loading runs" />}
      {runs.error && <Failure error={runs.error} onRetry={runs.refetch} />}
      {runs.data && list.length === 0 && <Text size="sm">No cycle has run yet.</Text>}
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
            <Leg run={run} name="export" />
          </Table.Td>
          <Table.Td>
            <Leg run={run} name="import" />
          </Table.Td>
        </Table.Tr>
      ))}
    </ListTable>
  );
}

function Leg({ run, name }: { run: Run; name: "export" | "import" }) {
  const leg = run.legs.find((one) => one.leg === name);
  if (leg === undefined) return "off";
  const rejected = leg.rejected > 0 ? `, ${count(leg.rejected)} rejected` : "";
  return (
    <>
      {count(leg.records)} rows{rejected}
      {leg.failedEvents !== undefined && leg.failedEvents.length > 0 && (
        <div style={{ overflowWrap: "anywhere" }}>failed: {leg.failedEvents.join(", ")}</div>
      )}
      {leg.error !== undefined && (
        <details>
          <summary style={{ cursor: "pointer" }}>{KINDS[leg.error.kind]}</summary>
          {leg.error.message}
        </details>
      )}
    </>
  );
}
