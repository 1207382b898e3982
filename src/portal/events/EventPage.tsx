// The page of one imported event: its properties and its records.
import { Badge, Box, Code, Text } from "@mantine/core";
import { stringify } from "lossless-json";
import { client, isMissing, type Schemas } from "../api.ts";
import { useIntegration } from "../integrations/queries.ts";
import { nameOf, titleOf, useProvider } from "../providers/providers.tsx";
import { SyncErrors } from "../integrations/SyncErrors.tsx";
import { Warnings } from "../integrations/Warnings.tsx";
import { unwrapLossless } from "../lossless.ts";
import { useApiPages } from "../queries.ts";
import { DataTable, type Column } from "../ui/DataTable.tsx";
import { LinkButton } from "../ui/links.tsx";
import { NotFound } from "../ui/NotFound.tsx";
import { Page, Section } from "../ui/Page.tsx";
import { QueryState } from "../ui/QueryState.tsx";
import { RelativeTime } from "../ui/RelativeTime.tsx";
import { formatCount, localTime } from "../ui/time.ts";
import { Reading } from "./Reading.tsx";
import { TruncatedProperties } from "./TruncatedProperties.tsx";
import { eventsKey, useEvents, useProperties } from "./queries.ts";

/** `id` is the id of the integration. */
type EventName = { id: string; name: string };

export default function EventPage({ id, name }: EventName) {
  const integration = useIntegration(id);
  const query = useEvents(id);
  const provider = useProvider(integration.data?.provider);
  const event = query.data?.events.find((one) => nameOf(provider, one) === name);
  if (isMissing(query.error) || (query.data && integration.data && event === undefined)) return <NotFound />;
  const above = [
    { label: "Data Integrations", href: "/integrations" },
    { label: integration.data ? titleOf(provider, integration.data) : "Integration", href: `/integrations/${id}` },
  ];
  return (
    <Page title={name} above={above}>
      <QueryState query={{ ...query, data: event }} loading="Loading the event">
        {(found) => (
          <>
            {found.description !== null && <Text size="md">{found.description}</Text>}
            <SyncErrors of={[{ name, error: found.error }]} />
            <Warnings warnings={found.warnings} />
            <Text>
              {formatCount(found.imported)} imported, {formatCount(found.rejected)} rejected. Complete through:{" "}
              <RelativeTime at={found.completeThrough} empty="not yet" />
            </Text>
            <Reading id={id} name={name} event={found} provider={provider} />
            <Properties id={id} name={name} />
            <Records id={id} name={name} />
          </>
        )}
      </QueryState>
    </Page>
  );
}

const PROPERTY_COLUMNS: Column<Schemas["Property"]>[] = [
  { head: "Name", overflowWrap: "anywhere", cell: ({ name }) => name },
  {
    head: "Types",
    cell: ({ types, numeric }) => (
      <>
        {types.join(", ")} {numeric && <Badge color="teal.9">numeric</Badge>}
      </>
    ),
  },
  { head: "Records", align: "right", cell: ({ count }) => count.toLocaleString() },
  { head: "Not numbers", align: "right", cell: ({ nonNumeric }) => nonNumeric.toLocaleString() },
  { head: "Example", overflowWrap: "anywhere", cell: ({ example }) => <Code>{stringify(example)}</Code> },
];

function Properties({ id, name }: EventName) {
  const newMetric = `/product-metrics/new?integration=${id}&event=${encodeURIComponent(name)}`;
  return (
    <Section
      title="Properties"
      actions={
        <LinkButton href={newMetric} size="xs" variant="default">
          New Metric
        </LinkButton>
      }
    >
      <QueryState query={useProperties(id, name)} loading="Loading properties">
        {({ properties, truncated }) => (
          <>
            {truncated && <TruncatedProperties shown={properties.length} />}
            <DataTable
              label="Properties"
              columns={PROPERTY_COLUMNS}
              rows={properties}
              keyOf={(property) => property.name}
              empty="No properties yet. They are discovered in the first records."
            />
          </>
        )}
      </QueryState>
    </Section>
  );
}

const RECORD_COLUMNS: Column<Schemas["ImportedRecord"]>[] = [
  {
    head: "Time",
    cell: ({ timestamp }) => (
      <time dateTime={timestamp} style={{ whiteSpace: "nowrap" }}>
        {localTime(timestamp)}
      </time>
    ),
  },
  // Most user ids fit on one line. A very long one is broken.
  {
    head: "User",
    overflowWrap: "anywhere",
    cell: ({ user_ids }) =>
      user_ids.map((id) => (
        <Box key={id} miw="12ch">
          {id}
        </Box>
      )),
  },
  { head: "Properties", overflowWrap: "anywhere", cell: ({ properties }) => <Code>{stringify(properties)}</Code> },
];

type RecordPage = { records: Schemas["ImportedRecord"][]; next: string | null };

function Records({ id, name }: EventName) {
  const path = "/v1/integrations/{id}/events/{name}/records";
  const query = useApiPages([...eventsKey(id), name, "records"], (page) =>
    unwrapLossless<RecordPage>(client.GET(path, { params: { path: { id, name }, query: page }, parseAs: "text" })),
  );
  return (
    <Section title="Records">
      <QueryState query={query} loading="Loading records">
        {({ pages }) => (
          <DataTable
            label="Records"
            columns={RECORD_COLUMNS}
            rows={pages.flatMap(({ records }) => records)}
            keyOf={({ uuid }) => uuid}
            empty="No records are imported yet."
          />
        )}
      </QueryState>
    </Section>
  );
}
