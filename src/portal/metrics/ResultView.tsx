// A result: the table, the plot of intervals, notes, the health checks and the chart over time.
import { Alert, Button, Group, SegmentedControl, Stack, Text } from "@mantine/core";
import { lazy, Suspense, useState } from "react";
import type { MetricResults } from "../api.ts";
import { toOptions } from "../ui/inputs.tsx";
import { Loading } from "../ui/Loading.tsx";
import { Section } from "../ui/Page.tsx";
import type { ComparisonChoice } from "./comparison.ts";
import { HealthChecks } from "./HealthChecks.tsx";
import { IntervalPlot } from "./IntervalPlot.tsx";
import type { ResultParameters } from "./queries.ts";
import { ResultTable } from "./ResultTable.tsx";

const OverTime = lazy(() => import("./OverTime.tsx"));

interface ResultViewProps {
  results: MetricResults;
  parameters: ResultParameters;
  /** The result belongs to the parameters before. */
  isStale: boolean;
}

export function ResultView({ results, parameters, isStale }: ResultViewProps) {
  const { metric, groups, health } = results;
  const csvQuery = new URLSearchParams(Object.entries(parameters)).toString();
  const warnings = health.filter(({ status }) => status === "warning").length;
  return (
    <Stack gap="lg" aria-busy={isStale} opacity={isStale ? 0.6 : 1}>
      <Section
        title="Result"
        actions={
          <Button
            component="a"
            href={`/v1/metrics/${metric.id}/results.csv?${csvQuery}`}
            download
            size="xs"
            variant="default"
          >
            Download CSV
          </Button>
        }
      >
        {warnings > 0 && (
          <Alert
            variant="outline"
            color="orange"
            role="status"
            title="Read the health checks before you act on this result"
            styles={{ title: { color: "inherit" } }}
          >
            {warnings === 1 ? "One check has a warning." : `${warnings} checks have warnings.`} Causes and remedies are
            below.
          </Alert>
        )}
        {groups.length === 0 ? (
          <Text>No users were exposed on these days. Choose other days, or check that exposures arrive.</Text>
        ) : (
          <Comparisons results={results} />
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

function Comparisons({ results }: { results: MetricResults }) {
  const [choice, setChoice] = useState<ComparisonChoice>({ difference: "relative", interval: "fixed" });
  return (
    <>
      <Group gap="sm">
        <SegmentedControl
          aria-label="Differences"
          value={choice.difference}
          onChange={(difference) => setChoice({ ...choice, difference })}
          data={toOptions({ relative: "Relative", absolute: "Absolute" })}
        />
        <SegmentedControl
          aria-label="Intervals"
          value={choice.interval}
          onChange={(interval) => setChoice({ ...choice, interval })}
          data={toOptions({ fixed: "For one look", alwaysValid: "For every look" })}
        />
      </Group>
      <ResultTable results={results} choice={choice} />
      <IntervalPlot results={results} choice={choice} />
      {notesOf(results).map((note) => (
        <Text key={note} c="dimmed">
          {note}
        </Text>
      ))}
    </>
  );
}

function notesOf({ caps, cuped, groups }: MetricResults): string[] {
  const notes = [
    "Intervals for one look are valid if you decide once, at a time that you fixed beforehand.",
    "Intervals for every look are wider. They stay valid if you look repeatedly and stop when you like the result.",
    groups.length > 2 &&
      "Each group is compared with the baseline alone. With more groups, a difference by chance is more likely.",
    cuped && "Differences are adjusted by CUPED. Values are not.",
    caps.value !== null && `Values are capped at ${caps.value.toLocaleString()} per user.`,
    caps.denominator !== null && `Denominators are capped at ${caps.denominator.toLocaleString()} per user.`,
  ];
  return notes.filter((note) => note !== false);
}
