// The page that changes or deletes a metric.
import { Stack } from "@mantine/core";
import { randomId } from "@mantine/hooks";
import { useLocation } from "wouter";
import { client, isMissing, type Schemas } from "../api.ts";
import { ConfirmDelete } from "../ui/ConfirmDelete.tsx";
import { NotFound } from "../ui/NotFound.tsx";
import { Page, Section } from "../ui/Page.tsx";
import { QueryState } from "../ui/QueryState.tsx";
import { toFormValues } from "./formValues.ts";
import { MetricForm } from "./MetricForm.tsx";
import { METRICS_KEY, useMetric } from "./queries.ts";

export default function EditMetric({ id }: { id: string }) {
  const query = useMetric(id);
  if (isMissing(query.error)) return <NotFound />;
  const above = [
    { label: "Metrics", href: "/product-metrics" },
    { label: query.data?.name ?? "Metric", href: `/product-metrics/${id}` },
  ];
  return (
    <Page title={query.data === undefined ? "Metric" : `Edit ${query.data.name}`} above={above}>
      <QueryState query={query} loading="Loading the metric">
        {(metric) => <Edit metric={metric} />}
      </QueryState>
    </Page>
  );
}

function Edit({ metric }: { metric: Schemas["Metric"] }) {
  const { id, name } = metric;
  const [, navigate] = useLocation();
  return (
    <>
      <Section title="Definition">
        <MetricForm
          id={id}
          initialValues={toFormValues(metric, randomId)}
          onSaved={() => navigate(`/product-metrics/${id}`)}
        />
      </Section>
      <Section title="Settings">
        <Stack align="flex-start">
          <ConfirmDelete
            what={`the metric ${name}`}
            consequence="Its definition is deleted. The imported events and the exposures stay."
            label="Delete metric"
            call={() => client.DELETE("/v1/metrics/{metric}", { params: { path: { metric: id } } })}
            listKey={METRICS_KEY}
            listPage="/product-metrics"
          />
        </Stack>
      </Section>
    </>
  );
}
