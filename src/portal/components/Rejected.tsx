// Records that the provider refused for good, each with its reason.
import { Button, Code, Table, Text } from "@mantine/core";
import { stringify } from "lossless-json";
import { useRejected } from "../queries.ts";
import { Failure } from "./Failure.tsx";
import { Loading } from "./Loading.tsx";
import { Section } from "./Section.tsx";
import { When } from "./When.tsx";

export function Rejected({ id }: { id: string }) {
  const rejected = useRejected(id);
  const list = rejected.data?.pages.flatMap((page) => page.rejected) ?? [];
  return (
    <Section title="Rejected records">
      {rejected.isPending && <Loading label="Loading rejected records" rows={1} />}
      {rejected.error && <Failure error={rejected.error} onRetry={rejected.refetch} />}
      {rejected.data && list.length === 0 && <Text size="sm">None.</Text>}
      {list.length > 0 && (
        <Table.ScrollContainer minWidth={640}>
          <Table aria-label="Rejected records">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>When</Table.Th>
                <Table.Th>Leg</Table.Th>
                <Table.Th>Reason</Table.Th>
                <Table.Th>Record</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {list.map(({ id: key, at, leg, event, reason, record }) => (
                <Table.Tr key={key}>
                  <Table.Td>
                    <When at={at} />
                  </Table.Td>
                  <Table.Td>{event === undefined ? leg : `${leg}, ${event}`}</Table.Td>
                  <Table.Td>{reason}</Table.Td>
                  <Table.Td>
                    <Code style={{ overflowWrap: "anywhere" }}>{stringify(record)}</Code>
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
      {rejected.hasNextPage && (
        <Button
          variant="default"
          size="xs"
          loading={rejected.isFetchingNextPage}
          onClick={() => void rejected.fetchNextPage()}
        >
          More
        </Button>
      )}
    </Section>
  );
}
