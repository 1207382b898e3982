// A metric's definition: a new one, or one to change or delete.
import { Stack } from "@mantine/core";
import { randomId } from "@mantine/hooks";
import { useLocation, useSearchParams } from "wouter";
import type { Metric } from "./types.ts";
import { ConfirmDelete } from "../ui/ConfirmDelete.tsx";
import { isMissing } from "../api.ts";
import { Failure } from "../ui/ErrorAlert.tsx";
import { Loading } from "../ui/Loading.tsx";
import { MetricForm } from "./MetricForm.tsx";
import { Page } from "../ui/Page.tsx";
import { Section } from "../ui/Section.tsx";
import { useDeleteMetric, useMetric } from "./queries.ts";
import { emptyValues, valuesOf } from "./formValues.ts";
import { useIntegrations } from "../queries.ts";
import { NotFound } from "../ui/NotFound.tsx";

const METRICS = { label: "Metrics", href: "/product-metrics" };
const ABOVE = [METRICS];

export default function EditMetric({ id }: { id?: string }) {
  return id === undefined ? <NewMetric /> : <Existing id={id} />;
}

/** With what the address names already chosen, or what there is no choice about. */
function NewMetric() {
  const [, navigate] = useLocation();
  const [search] = useSearchParams();
  const integrations = useIntegrations();
  const [only, ...others] = integrations.data?.integrations ?? [];
  const integrationId = search.get("integration") ?? (others.length === 0 ? only?.id : undefined);
  return (
    <Page title="New Metric" above={ABOVE}>
      {integrations.isPending && <Loading label="Loading integrations" />}
      {integrations.error && <Failure error={integrations.error} onRetry={integrations.refetch} />}
      {integrations.data && (
        <Section title="Definition">
          <MetricForm
            initialValues={emptyValues(integrationId, search.get("event") ?? undefined)}
            onSaved={(saved) => navigate(`/product-metrics/${saved}`)}
          />
        </Section>
      )}
    </Page>
  );
}

function Existing({ id }: { id: string }) {
  const metric = useMetric(id);
  if (isMissing(metric.error)) return <NotFound />;
  return (
    <Page
      title={metric.data === undefined ? "Metric" : `Edit ${metric.data.name}`}
      above={[METRICS, { label: metric.data?.name ?? "Metric", href: `/product-metrics/${id}` }]}
    >
      {metric.isPending && <Loading label="Loading the metric" />}
      {metric.error && <Failure error={metric.error} onRetry={metric.refetch} />}
      {metric.data && <Editing metric={metric.data} />}
    </Page>
  );
}

function Editing({ metric }: { metric: Metric }) {
  const { id, name } = metric;
  const [, navigate] = useLocation();
  const remove = useDeleteMetric(id);
  return (
    <>
      <Section title="Definition">
        <MetricForm
          id={id}
          initialValues={valuesOf(metric, randomId)}
          onSaved={() => navigate(`/product-metrics/${id}`)}
        />
      </Section>
      <Section title="Settings">
        <Stack align="flex-start">
          <ConfirmDelete
            what={`the metric ${name}`}
            consequence="Its definition is deleted. The imported events and the exposures stay."
            label="Delete metric"
            onDelete={() => remove.mutateAsync().then(() => navigate("/product-metrics"))}
          />
        </Stack>
      </Section>
    </>
  );
}
