// What routing does to a metric: choices, health, table, intervals, over time.
import { Alert, Button, Group, SegmentedControl, Stack, Text } from "@mantine/core";
import { lazy, Suspense, useState } from "react";
import { Link, useSearchParams } from "wouter";
import type { Metric, MetricResults } from "./types.ts";
import { isMissing } from "../api.ts";
import { Failure } from "../ui/ErrorAlert.tsx";
import { HealthChecks } from "./HealthChecks.tsx";
import { IntervalPlot } from "./IntervalPlot.tsx";
import { Loading } from "../ui/Loading.tsx";
import { Page } from "../ui/Page.tsx";
import { ResultChoices } from "./ResultChoices.tsx";
import { ResultTable } from "./ResultTable.tsx";
import { Section } from "../ui/Section.tsx";
import { describeMetric } from "./format.ts";
import { CHOICES, csvPath, useMetric, useResults, type Choices } from "./queries.ts";
import { useRouters } from "../queries.ts";
import type { View } from "./resultView.ts";
import { NotFound } from "../ui/NotFound.tsx";

const OverTime = lazy(() => import("./OverTime.tsx"));

const ABOVE = [{ label: "Metrics", href: "/product-metrics" }];

export default function MetricPage({ id }: { id: string }) {
  const metric = useMetric(id);
  if (isMissing(metric.error)) return <NotFound />;
  return (
    <Page
      title={metric.data?.name ?? "Metric"}
      above={ABOVE}
      actions={
        <Button component={Link} href={`/product-metrics/${id}/edit`} variant="default">
          Edit
        </Button>
      }
    >
      {metric.isPending && <Loading label="Loading the metric" />}
      {metric.error && <Failure error={metric.error} onRetry={metric.refetch} />}
      {metric.data && <Results metric={metric.data} />}
    </Page>
  );
}

function Results({ metric }: { metric: Metric }) {
  const [search, setSearch] = useSearchParams();
  const routers = useRouters();
  const configured = routers.data?.routers ?? [];
  const choices = choicesOf(search, configured[0]?.id);
  const results = useResults(metric.id, choices);
  const change = (changes: Choices) =>
    setSearch(
      (before) => {
        const after = new URLSearchParams(before);
        for (const [name, value] of Object.entries(changes)) {
          if (value === "") after.delete(name);
          else after.set(name, value);
        }
        return after;
      },
      { replace: true },
    );
  return (
    <>
      {metric.description !== null && <Text>{metric.description}</Text>}
      <Text size="sm">{describeMetric(metric)}</Text>
      <Section title="Choices">
        <ResultChoices routers={configured} choices={choices} results={results.data} onChange={change} />
      </Section>
      {choices.router === undefined && routers.isPending && <Loading label="Loading routers" />}
      {choices.router === undefined && !routers.isPending && (
        <Text role="status">
          Choose a router: one that is configured here, or the alias that exposures were sent for.
        </Text>
      )}
      {choices.router !== undefined && results.isPending && <Loading label="Computing the result" />}
      {results.error && <Failure error={results.error} onRetry={results.refetch} />}
      {results.data && !results.error && (
        <Found results={results.data} choices={choices} isStale={results.isPlaceholderData} />
      )}
    </>
  );
}

function Found({ results, choices, isStale }: { results: MetricResults; choices: Choices; isStale: boolean }) {
  const [view, setView] = useState<View>({ difference: "relative", interval: "fixed" });
  const { metric, groups, health } = results;
  const warnings = health.filter(({ status }) => status === "warning").length;
  return (
    <Stack gap="lg" aria-busy={isStale} style={isStale ? { opacity: 0.6 } : undefined}>
      <Section
        title="Result"
        actions={
          <Button component="a" href={csvPath(metric.id, choices)} download size="xs" variant="default">
            Download CSV
          </Button>
        }
      >
        {warnings > 0 && (
          <Alert
            variant="outline"
            color="orange"
            role="status"
            title="Read the health checks before you act on this"
            styles={{ title: { color: "inherit" } }}
          >
            {warnings === 1 ? "One check warns" : `${warnings} checks warn`}; causes and remedies are below.
          </Alert>
        )}
        {groups.length === 0 ? (
          <Text size="sm">Nobody was exposed on these days. Choose other days, or see whether exposures arrive.</Text>
        ) : (
          <>
            <ViewChoice view={view} onChange={setView} />
            <ResultTable results={results} view={view} />
            <IntervalPlot results={results} view={view} />
            <Notes results={results} />
          </>
        )}
      </Section>
      <Section title="Health checks">
        <HealthChecks health={health} />
      </Section>
      <Section title="Over time">
        <Suspense fallback={<Loading label="Loading the chart" rows={1} />}>
          <OverTime results={results} />
        </Suspense>
      </Section>
    </Stack>
  );
}

function ViewChoice({ view, onChange }: { view: View; onChange: (view: View) => void }) {
  return (
    <Group gap="sm">
      <SegmentedControl
        aria-label="Differences"
        value={view.difference}
        onChange={(difference) => onChange({ ...view, difference })}
        data={[
          { value: "relative", label: "Relative" },
          { value: "absolute", label: "Absolute" },
        ]}
      />
      <SegmentedControl
        aria-label="Intervals"
        value={view.interval}
        onChange={(interval) => onChange({ ...view, interval })}
        data={[
          { value: "fixed", label: "For one look" },
          { value: "alwaysValid", label: "For every look" },
        ]}
      />
    </Group>
  );
}

function Notes({ results: { caps, cuped, groups } }: { results: MetricResults }) {
  const notes = [
    "Intervals for one look hold if you decide once, at a time fixed before. If you keep looking and stop when you like what you see, use those for every look: they are wider and hold always.",
    ...(groups.length > 2
      ? ["Each group is compared with the baseline on its own: the more groups, the more likely one differs by chance."]
      : []),
    ...(cuped ? ["Differences are adjusted by CUPED; the values are not."] : []),
    ...(caps.value === null ? [] : [`Values are capped at ${caps.value.toLocaleString()} per user.`]),
    ...(caps.denominator === null ? [] : [`Denominators are capped at ${caps.denominator.toLocaleString()} per user.`]),
  ];
  return notes.map((note) => (
    <Text key={note} size="sm" c="dimmed">
      {note}
    </Text>
  ));
}

function choicesOf(search: URLSearchParams, firstRouter: string | undefined): Choices {
  const named = CHOICES.flatMap((name) => {
    const value = search.get(name) ?? (name === "router" ? firstRouter : undefined);
    return value === undefined || value === "" ? [] : [[name, value] as const];
  });
  return Object.fromEntries(named);
}
