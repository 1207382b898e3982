// A plot of each group's difference to the baseline, as a point with its interval. The dashed line is no difference.
import { Box, Group, Text } from "@mantine/core";
import type { MetricResults } from "../api.ts";
import { PLOT_COLORS } from "../ui/theme.ts";
import {
  compare,
  differenceFormatter,
  formatConfidence,
  VERDICTS,
  type Comparison,
  type ComparisonChoice,
} from "./comparison.ts";

const ROW_PX = 32;
const BAR_PX = 6;
const RADIUS_PX = 7;
/** Part of the plot's width. It keeps the points off the edge. */
const MARGIN = 0.06;

export function IntervalPlot({ results, choice }: { results: MetricResults; choice: ComparisonChoice }) {
  const rows = results.groups.flatMap((group) => {
    const comparison = compare(group, results.metric.direction, choice);
    return typeof comparison === "string" ? [] : [{ id: group.id, ...comparison }];
  });
  if (rows.length === 0) return null;
  const format = differenceFormatter(results.metric, choice);
  const scale = toScale(rows);
  const texts = rows.map(
    ({ id, estimate, low, high, verdict }) =>
      `${id}: ${format(estimate)}, ${format(low)} to ${format(high)}, ${VERDICTS[verdict].toLowerCase()}`,
  );
  return (
    <figure style={{ margin: 0 }}>
      <Text component="figcaption" mb="xs">
        Differences to {results.baseline} with their {formatConfidence(results.confidence)} intervals. The line marks no
        difference.
      </Text>
      <div role="img" aria-label={`${texts.join("; ")}. The table has the numbers.`}>
        {rows.map(({ id, ...comparison }) => (
          <Group key={id} wrap="nowrap" gap="sm">
            <Text w="25%" truncate title={id}>
              {id}
            </Text>
            <Track comparison={comparison} position={scale.position} />
          </Group>
        ))}
        <Group wrap="nowrap" gap="sm" aria-hidden>
          <Box w="25%" />
          <Group justify="space-between" flex={1}>
            {[scale.from, scale.to].map((end) => (
              <Text key={end} size="xs" c="dimmed">
                {format(end)}
              </Text>
            ))}
          </Group>
        </Group>
      </div>
    </figure>
  );
}

function Track(props: { comparison: Comparison; position: (value: number) => string }) {
  const { estimate, low, high, verdict } = props.comparison;
  const { position } = props;
  const color = `var(--mantine-color-${PLOT_COLORS[verdict].replace(".", "-")})`;
  const zero = position(0);
  const middle = ROW_PX / 2;
  return (
    <svg height={ROW_PX} style={{ flex: 1, minWidth: 0 }}>
      <line x1={zero} x2={zero} y2={ROW_PX} stroke="var(--mantine-color-dimmed)" strokeDasharray="4" />
      <line x1={position(low)} x2={position(high)} y1={middle} y2={middle} stroke={color} strokeWidth={BAR_PX} />
      <circle cx={position(estimate)} cy={middle} r={RADIUS_PX} fill={color} stroke="var(--mantine-color-body)" />
    </svg>
  );
}

/** The scale contains zero and all intervals. Positions are in percent of the width. */
function toScale(comparisons: Comparison[]) {
  const least = Math.min(0, ...comparisons.map(({ low }) => low));
  const most = Math.max(0, ...comparisons.map(({ high }) => high));
  const margin = (most - least || 1) * MARGIN;
  const from = least - margin;
  const to = most + margin;
  return { from, to, position: (value: number) => `${((value - from) / (to - from)) * 100}%` };
}
