// The page that changes or deletes a metric.
import { Stack } from "@mantine/core";
import { randomId } from "@mantine/hooks";
import { useLocation } from "wouter";
import { client, isMissing } from "../api.ts";
import { ConfirmDelete } from "../ui/ConfirmDelete.tsx";
import { NotFound } from "../ui/NotFound.tsx";
import { Page, Section } from "../ui/Page.tsx";
import { QueryState } from "../ui/QueryState.tsx";
import { toFormValues } from "./formValues.ts";
import { MetricForm } from "./MetricForm.tsx";
import { METRICS_KEY, useMetric } from "./queries.ts";

export default function EditMetric({ id }: { id: string }) {
  const query = useMetric(id);
  const [, navigate] = useLocation();
  if (isMissing(query.error)) return <NotFound />;
  const page = `/product-metrics/${id}`;
  const above = [
    { label: "Metrics", href: "/product-metrics" },
    { label: query.data?.name ?? "Metric", href: page },
  ];
  return (
    <Page title={query.data === undefined ? "Metric" : `Edit ${query.data.name}`} above={above}>
      <QueryState query={query} loading="Loading the metric">
        {(metric) => (
          <>
            <Section title="Definition">
              <MetricForm id={id} initialValues={toFormValues(metric, randomId)} onSaved={() => navigate(page)} />
            </Section>
            <Section title="Settings">
              <Stack align="flex-start">
                <ConfirmDelete
                  what={`the metric ${metric.name}`}
                  consequence="Its definition is deleted. The imported events and the exposures stay."
                  label="Delete metric"
                  call={() => client.DELETE("/v1/metrics/{metric}", { params: { path: { metric: id } } })}
                  listKey={METRICS_KEY}
                  listPage="/product-metrics"
                />
              </Stack>
            </Section>
          </>
        )}
      </QueryState>
    </Page>
  );
}
