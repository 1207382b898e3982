// The page that defines a new metric. The address may name its integration and event.
import { useLocation, useSearchParams } from "wouter";
import { useIntegrations } from "../integrations/queries.ts";
import { Page, Section } from "../ui/Page.tsx";
import { QueryState } from "../ui/QueryState.tsx";
import { newMetricValues } from "./formValues.ts";
import { MetricForm } from "./MetricForm.tsx";

export default function NewMetric() {
  const [, navigate] = useLocation();
  const [search] = useSearchParams();
  return (
    <Page title="New Metric" above={[{ label: "Metrics", href: "/product-metrics" }]}>
      <QueryState query={useIntegrations()} loading="Loading integrations">
        {({ integrations }) => {
          // The only integration is chosen already.
          const integrationId =
            search.get("integration") ?? (integrations.length === 1 ? integrations[0]?.id : undefined);
          return (
            <Section title="Definition">
              <MetricForm
                initialValues={newMetricValues(integrationId, search.get("event") ?? undefined)}
                onSaved={(id) => navigate(`/product-metrics/${id}`)}
              />
            </Section>
          );
        }}
      </QueryState>
    </Page>
  );
}
