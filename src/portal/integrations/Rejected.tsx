// Records that the provider refused for good, each with its reason.
import { Code, Table, Text } from "@mantine/core";
import { stringify } from "lossless-json";
import { useRejected } from "../queries.ts";
import { Failure } from "../ui/ErrorAlert.tsx";
import { ListTable } from "../ui/ListTable.tsx";
import { Loading } from "../ui/Loading.tsx";
import { MoreButton } from "../ui/MoreButton.tsx";
import { Section } from "../ui/Section.tsx";
import { When } from "../ui/RelativeTime.tsx";

export function Rejected({ id }: { id: string }) {
  const rejected = useRejected(id);
  const list = rejected.data?.pages.flatMap((page) => page.rejected) ?? [];
  return (
    <Section title="Rejected records">
      {rejected.isPending && <Loading label="Loading rejected records" rows={1} />}
      {rejected.error && <Failure error={rejected.error} onRetry={rejected.refetch} />}
      {rejected.data && list.length === 0 && <Text size="sm">None.</Text>}
      {list.length > 0 && (
        <ListTable label="Rejected records" minWidthPx={640} heads={["When", "Direction", "Reason", "Record"]}>
          {list.map(({ id: key, at, direction, event, reason, record }) => (
            <Table.Tr key={key}>
              <Table.Td>
                <When at={at} />
              </Table.Td>
              <Table.Td>{event === undefined ? direction : `${direction}, ${event}`}</Table.Td>
              <Table.Td>{reason}</Table.Td>
              <Table.Td>
                <Code style={{ overflowWrap: "anywhere" }}>{stringify(record)}</Code>
              </Table.Td>
            </Table.Tr>
          ))}
        </ListTable>
      )}
      <MoreButton of={rejected} label="More" />
    </Section>
  );
}
