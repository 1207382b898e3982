// The list of metrics.
import { Text } from "@mantine/core";
import type { Metric } from "../api.ts";
import { DataTable, type Column } from "../ui/DataTable.tsx";
import { LinkButton, TextLink } from "../ui/links.tsx";
import { Page, Section } from "../ui/Page.tsx";
import { QueryState } from "../ui/QueryState.tsx";
import { describeMetric } from "./format.ts";
import { useMetrics } from "./queries.ts";

const COLUMNS: Column<Metric>[] = [
  {
    head: "Metric",
    overflowWrap: "anywhere",
    cell: ({ id, name, description }) => (
      <>
        <TextLink href={`/product-metrics/${id}`}>{name}</TextLink>
        <Text size="xs" c="dimmed">
          {description}
        </Text>
      </>
    ),
  },
  { head: "Definition", overflowWrap: "anywhere", cell: describeMetric },
];

export default function Metrics() {
  return (
    <Page title="Metrics" actions={<LinkButton href="/product-metrics/new">New Metric</LinkButton>}>
      <QueryState query={useMetrics()} loading="Loading metrics">
        {({ metrics }) =>
          metrics.length === 0 ? (
            <Section title="No metrics yet">
              <Text>
                A metric is computed from an imported event. It shows the effect of each route or variant of a router.
                First import the event under{" "}
                <TextLink href="/integrations" inherit underline="always">
                  Data Integrations
                </TextLink>
                , then define the metric here.
              </Text>
            </Section>
          ) : (
            <DataTable label="Metrics" columns={COLUMNS} rows={metrics} keyOf={({ id }) => id} />
          )
        }
      </QueryState>
    </Page>
  );
}
