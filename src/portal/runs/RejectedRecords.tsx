// Records that were rejected for good, each with its reason.
import { Code } from "@mantine/core";
import { stringify } from "lossless-json";
import { client, type Schemas } from "../api.ts";
import { integrationKey } from "../integrations/queries.ts";
import { unwrapLossless } from "../lossless.ts";
import { useApiPages } from "../queries.ts";
import { DataTable, type Column } from "../ui/DataTable.tsx";
import { Section } from "../ui/Page.tsx";
import { QueryState } from "../ui/QueryState.tsx";
import { RelativeTime } from "../ui/RelativeTime.tsx";

const COLUMNS: Column<Schemas["RejectedRecord"]>[] = [
  { head: "Rejected at", cell: ({ at }) => <RelativeTime at={at} /> },
  { head: "Direction", cell: ({ direction, event }) => (event === undefined ? direction : `${direction}, ${event}`) },
  { head: "Reason", cell: ({ reason }) => reason },
  { head: "Record", overflowWrap: "anywhere", cell: ({ record }) => <Code>{stringify(record)}</Code> },
];

type RejectedPage = { rejected: Schemas["RejectedRecord"][]; next: string | null };

export function RejectedRecords({ id }: { id: string }) {
  const query = useApiPages([...integrationKey(id), "rejected"], (page) => {
    const params = { path: { id }, query: page };
    return unwrapLossless<RejectedPage>(client.GET("/v1/integrations/{id}/rejected", { params, parseAs: "text" }));
  });
  return (
    <Section title="Rejected records">
      <QueryState query={query} loading="Loading rejected records" rows={1}>
        {({ pages }) => (
          <DataTable
            label="Rejected records"
            columns={COLUMNS}
            rows={pages.flatMap(({ rejected }) => rejected)}
            keyOf={({ id: key }) => key}
            empty="No records were rejected."
          />
        )}
      </QueryState>
    </Section>
  );
}
