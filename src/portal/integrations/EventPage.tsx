// One imported event: its properties and its records.
import { Badge, Box, Button, Code, Group, Table, Text } from "@mantine/core";
import { stringify } from "lossless-json";
import { useState } from "react";
import { Link } from "wouter";
import { isMissing, nameOf, titleOf } from "../api.ts";
import { Failure } from "../ui/ErrorAlert.tsx";
import { ListTable } from "../ui/ListTable.tsx";
import { Loading } from "../ui/Loading.tsx";
import { Page } from "../ui/Page.tsx";
import { Section } from "../ui/Section.tsx";
import { Troubles } from "./SyncError.tsx";
import { When } from "../ui/RelativeTime.tsx";
import { useEvents, useIntegration, useProperties, useRecords, type ImportedRecord } from "../queries.ts";
import { count, localTime } from "../ui/time.ts";
import { NotFound } from "../ui/NotFound.tsx";

export default function EventPage({ id, name }: { id: string; name: string }) {
  const integration = useIntegration(id);
  const events = useEvents(id);
  const event = events.data?.events.find((one) => nameOf(one) === name);
  if (isMissing(events.error) || (events.data && event === undefined)) return <NotFound />;
  const above = [
    { label: "Data Integrations", href: "/integrations" },
    { label: integration.data ? titleOf(integration.data) : "Integration", href: `/integrations/${id}` },
  ];
  return (
    <Page title={name} above={above}>
      {events.isPending && <Loading label="Loading the event" />}
      {events.error && <Failure error={events.error} onRetry={events.refetch} />}
      {event && (
        <>
          {event.description !== null && <Text>{event.description}</Text>}
          <Troubles of={[{ name, error: event.error }]} />
          <Text size="sm">
            {count(event.imported)} imported, {count(event.rejected)} rejected. Complete through:{" "}
            <When at={event.completeThrough} empty="not yet" />
          </Text>
          <Properties id={id} name={name} />
          <Records id={id} name={name} />
        </>
      )}
    </Page>
  );
}

function Properties({ id, name }: { id: string; name: string }) {
  const properties = useProperties(id, name);
  const list = properties.data?.properties ?? [];
  return (
    <Section
      title="Properties"
      actions={
        <Button
          component={Link}
          href={`/product-metrics/new?integration=${id}&event=${encodeURIComponent(name)}`}
          size="xs"
          variant="default"
        >
          New Metric
        </Button>
      }
    >
      {properties.isPending && <Loading label="Loading properties" />}
      {properties.error && <Failure error={properties.error} onRetry={properties.refetch} />}
      {properties.data && list.length === 0 && <Text size="sm">None found yet: they come with the first records.</Text>}
      {list.length > 0 && (
        <ListTable
          label="Properties"
          minWidthPx={480}
          heads={["Name", "Types", { label: "Records", isNumber: true }, "Example"]}
        >
          {list.map((property) => (
            <Table.Tr key={property.name}>
              <Table.Td style={{ overflowWrap: "anywhere" }}>{property.name}</Table.Td>
              <Table.Td>
                {property.types.join(", ")} {property.numeric && <Badge color="teal.9">numeric</Badge>}
              </Table.Td>
              <Table.Td ta="right">{count(Number(property.count))}</Table.Td>
              <Table.Td>
                <Code style={{ overflowWrap: "anywhere" }}>{stringify(property.example)}</Code>
              </Table.Td>
            </Table.Tr>
          ))}
        </ListTable>
      )}
    </Section>
  );
}

/** The cursors of the pages up to the one that is shown lead back. */
function Records({ id, name }: { id: string; name: string }) {
  const [cursors, setCursors] = useState([""]);
  const page = useRecords(id, name, cursors.at(-1) ?? "");
  const next = page.data?.next ?? null;
  return (
    <Section title="Records">
      {page.isPending && <Loading label="Loading records" />}
      {page.error && <Failure error={page.error} onRetry={page.refetch} />}
      {page.data && page.data.records.length === 0 && <Text size="sm">Nothing imported yet.</Text>}
      {page.data && page.data.records.length > 0 && <RecordTable records={page.data.records} />}
      {(cursors.length > 1 || next !== null) && (
        <Group gap="xs">
          <Button
            size="xs"
            variant="default"
            disabled={cursors.length === 1}
            onClick={() => setCursors(cursors.slice(0, -1))}
          >
            Previous
          </Button>
          <Button
            size="xs"
            variant="default"
            disabled={next === null || page.isPlaceholderData}
            onClick={() => next !== null && setCursors([...cursors, next])}
          >
            Next
          </Button>
          <Text size="sm" aria-live="polite">
            Page {cursors.length}
          </Text>
        </Group>
      )}
    </Section>
  );
}

function RecordTable({ records }: { records: ImportedRecord[] }) {
  return (
    <ListTable label="Records" minWidthPx={600} heads={["Time", "User", "Properties"]}>
      {records.map(({ uuid, user_id: user, timestamp, properties }) => (
        <Table.Tr key={uuid}>
          <Table.Td style={{ whiteSpace: "nowrap" }}>
            <time dateTime={timestamp}>{localTime(timestamp)}</time>
          </Table.Td>
          <Table.Td>
            {/* Most ids stay on a line; one of 255 letters must not push the rest away. */}
            <Box style={{ minWidth: "12ch", overflowWrap: "anywhere" }}>{user}</Box>
          </Table.Td>
          <Table.Td>
            <Code style={{ overflowWrap: "anywhere" }}>{stringify(properties)}</Code>
          </Table.Td>
        </Table.Tr>
      ))}
    </ListTable>
  );
}
