// Records that were rejected for good, by reason and one by one. Those of the export can be sent again.
import { Button, Code, Group, Text } from "@mantine/core";
import { stringify } from "lossless-json";
import { client, type Schemas } from "../api.ts";
import { integrationKey, useIntegrationMutation } from "../integrations/queries.ts";
import { useSyncRequest } from "../integrations/useSyncRequest.ts";
import { unwrapLossless } from "../lossless.ts";
import { useApiPages } from "../queries.ts";
import { DataTable, type Column } from "../ui/DataTable.tsx";
import { Section } from "../ui/Page.tsx";
import { QueryState } from "../ui/QueryState.tsx";
import { RelativeTime } from "../ui/RelativeTime.tsx";

type Rejected = Schemas["RejectedRecord"];
/** The numbers of this answer are texts. */
type Count = Omit<Schemas["RejectedCount"], "count"> & { count: { toString: () => string } };
type RejectedPage = { rejected: Rejected[]; counts: Count[]; next: string | null };

const directionText = ({ direction, event }: Pick<Rejected, "direction" | "event">) =>
  event === undefined ? direction : `${direction}, ${event}`;

const REASONS: Column<Count>[] = [
  { head: "Records", align: "right", cell: ({ count }) => count.toString() },
  { head: "Direction", cell: directionText },
  { head: "Reason", cell: ({ reason }) => reason },
];

const RECORDS: Column<Rejected>[] = [
  { head: "Rejected at", cell: ({ at }) => <RelativeTime at={at} /> },
  { head: "Direction", cell: directionText },
  { head: "Reason", cell: ({ reason }) => reason },
  { head: "Record", overflowWrap: "anywhere", cell: ({ record }) => <Code>{stringify(record)}</Code> },
];

function sendAgain(isPending: boolean, send: (ids: string[]) => void): Column<Rejected> {
  return {
    head: "Send again",
    isHeadHidden: true,
    cell: ({ id, direction }) =>
      direction === "export" && (
        <Button variant="default" size="xs" loading={isPending} onClick={() => send([id])}>
          Send again
        </Button>
      ),
  };
}

export function RejectedRecords({ id }: { id: string }) {
  const query = useApiPages([...integrationKey(id), "rejected"], (page) => {
    const params = { path: { id }, query: page };
    return unwrapLossless<RejectedPage>(client.GET("/v1/integrations/{id}/rejected", { params, parseAs: "text" }));
  });
  const resend = useIntegrationMutation((ids: string[] | undefined) =>
    client.POST("/v1/integrations/{id}/rejected/resend", { params: { path: { id } }, body: { ids } }),
  );
  const progress = useSyncRequest(id, resend.data?.requestId);
  return (
    <Section title="Rejected records">
      <QueryState query={query} loading="Loading rejected records" rows={1}>
        {({ pages }) => {
          const counts = pages[0]?.counts ?? [];
          const hasExports = counts.some(({ direction }) => direction === "export");
          return (
            <>
              {counts.length > 0 && (
                <DataTable label="Reasons" columns={REASONS} rows={counts} keyOf={(row) => JSON.stringify(row)} />
              )}
              <Group gap="xs">
                {hasExports && (
                  <Button variant="default" loading={resend.isPending} onClick={() => resend.mutate(undefined)}>
                    Send all again
                  </Button>
                )}
                <Text role="status" aria-live="polite" aria-label="Sending again">
                  {resend.error?.message ?? progress}
                </Text>
              </Group>
              <DataTable
                label="Rejected records"
                columns={hasExports ? [...RECORDS, sendAgain(resend.isPending, (ids) => resend.mutate(ids))] : RECORDS}
                rows={pages.flatMap(({ rejected }) => rejected)}
                keyOf={({ id: key }) => key}
                empty="No records were rejected."
              />
            </>
          );
        }}
      </QueryState>
    </Section>
  );
}
