// The workspace's metrics: what each measures, and the way to what routing does to it.
import { Anchor, Button, Table, Text } from "@mantine/core";
import { Link } from "wouter";
import type { Metric } from "./types.ts";
import { Failure } from "../ui/ErrorAlert.tsx";
import { ListTable } from "../ui/ListTable.tsx";
import { Loading } from "../ui/Loading.tsx";
import { Page } from "../ui/Page.tsx";
import { Section } from "../ui/Section.tsx";
import { describeMetric } from "./format.ts";
import { useMetrics } from "./queries.ts";

export default function Metrics() {
  const metrics = useMetrics();
  const list = metrics.data ?? [];
  return (
    <Page
      title="Metrics"
      actions={
        <Button component={Link} href="/product-metrics/new">
          New Metric
        </Button>
      }
    >
      {metrics.isPending && <Loading label="Loading metrics" />}
      {metrics.error && <Failure error={metrics.error} onRetry={metrics.refetch} />}
      {metrics.data && list.length === 0 && <NoMetrics />}
      {list.length > 0 && (
        <ListTable label="Metrics" minWidthPx={480} heads={["Metric", "Definition"]} isRoomy>
          {list.map((metric) => (
            <Row key={metric.id} metric={metric} />
          ))}
        </ListTable>
      )}
    </Page>
  );
}

function NoMetrics() {
  return (
    <Section title="No metrics yet">
      <Text size="sm">
        A metric is made of an imported event, and shows what each route or variant of a router does to it. Import the
        event first, under{" "}
        <Anchor component={Link} href="/integrations" inherit underline="always">
          Data Integrations
        </Anchor>
        ; then define the metric here.
      </Text>
    </Section>
  );
}

function Row({ metric }: { metric: Metric }) {
  return (
    <Table.Tr>
      <Table.Td style={{ overflowWrap: "anywhere" }}>
        <Anchor component={Link} href={`/product-metrics/${metric.id}`}>
          {metric.name}
        </Anchor>
        {metric.description !== null && (
          <Text size="xs" c="dimmed">
            {metric.description}
          </Text>
        )}
      </Table.Td>
      <Table.Td style={{ overflowWrap: "anywhere" }}>{describeMetric(metric)}</Table.Td>
    </Table.Tr>
  );
}
