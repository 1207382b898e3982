// The page of a metric: the effect of a router's variants or routes on it.
import { Text } from "@mantine/core";
import { useSearchParams } from "wouter";
import { isMissing, type Metric } from "../api.ts";
import { Warnings } from "../integrations/Warnings.tsx";
import { useRouters } from "../routers/queries.ts";
import { ErrorAlert } from "../ui/ErrorAlert.tsx";
import { LinkButton } from "../ui/links.tsx";
import { Loading } from "../ui/Loading.tsx";
import { NotFound } from "../ui/NotFound.tsx";
import { Page, Section } from "../ui/Page.tsx";
import { QueryState } from "../ui/QueryState.tsx";
import { describeMetric } from "./format.ts";
import { useMetric, useResults, type ResultParameters } from "./queries.ts";
import { ResultFilters } from "./ResultFilters.tsx";
import { ResultView } from "./ResultView.tsx";

export default function MetricPage({ id }: { id: string }) {
  const query = useMetric(id);
  if (isMissing(query.error)) return <NotFound />;
  return (
    <Page
      title={query.data?.name ?? "Metric"}
      above={[{ label: "Metrics", href: "/product-metrics" }]}
      actions={
        <LinkButton href={`/product-metrics/${id}/edit`} variant="default">
          Edit
        </LinkButton>
      }
    >
      <QueryState query={query} loading="Loading the metric">
        {(metric) => <Results metric={metric} />}
      </QueryState>
    </Page>
  );
}

function Results({ metric }: { metric: Metric }) {
  const [search, setSearch] = useSearchParams();
  const routers = useRouters();
  const configured = routers.data?.routers ?? [];
  // The page's address holds the parameters, so that it can be shared.
  const parameters = withoutEmpty({ router: configured[0]?.id ?? "", ...Object.fromEntries(search) });
  const { data: results, error, isPending, isPlaceholderData, refetch } = useResults(metric.id, parameters);
  const change = (changes: ResultParameters) =>
    setSearch(withoutEmpty({ ...parameters, ...changes }), { replace: true });
  return (
    <>
      {metric.description !== null && <Text size="md">{metric.description}</Text>}
      <Text>{describeMetric(metric)}</Text>
      <Warnings warnings={metric.warnings} />
      <Section title="Options">
        <ResultFilters routers={configured} parameters={parameters} results={results} onChange={change} />
      </Section>
      {parameters.router !== undefined && isPending && <Loading label="Computing the result" />}
      {parameters.router === undefined && routers.isPending && <Loading label="Loading routers" />}
      {parameters.router === undefined && !routers.isPending && (
        <Text size="md" role="status">
          Choose a router: one of this workspace, or the alias_id of your exposures.
        </Text>
      )}
      {error && <ErrorAlert error={error} onRetry={refetch} />}
      {results && !error && <ResultView results={results} parameters={parameters} isStale={isPlaceholderData} />}
    </>
  );
}

function withoutEmpty(parameters: ResultParameters): ResultParameters & Record<string, string> {
  return Object.fromEntries(Object.entries(parameters).filter(([, value]) => value !== ""));
}
