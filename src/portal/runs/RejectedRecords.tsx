// Records that were rejected for good, each with its reason.
import { Code } from "@mantine/core";
import { stringify } from "lossless-json";
import type { Schemas } from "../api.ts";
import { DataTable, type Column } from "../ui/DataTable.tsx";
import { Section } from "../ui/Page.tsx";
import { QueryState } from "../ui/QueryState.tsx";
import { RelativeTime } from "../ui/RelativeTime.tsx";
import { useRejectedRecords } from "./queries.ts";

const COLUMNS: Column<Schemas["RejectedRecord"]>[] = [
  { head: "Rejected at", cell: ({ at }) => <RelativeTime at={at} /> },
  { head: "Direction", cell: ({ direction, event }) => (event === undefined ? direction : `${direction}, ${event}`) },
  { head: "Reason", cell: ({ reason }) => reason },
  { head: "Record", overflowWrap: "anywhere", cell: ({ record }) => <Code>{stringify(record)}</Code> },
];

export function RejectedRecords({ id }: { id: string }) {
  return (
    <Section title="Rejected records">
      <QueryState query={useRejectedRecords(id)} loading="Loading rejected records" rows={1}>
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
