// Each group's difference to the baseline as a point with its interval, beside the line of no difference. The table has the numbers.
import { Box, Group, Text } from "@mantine/core";
import type { MetricResults } from "./types.ts";
import { confidenceText, differenceFormat, shownOf, VERDICTS, type Shown, type View } from "./resultView.ts";
import { PLOT_COLORS } from "../ui/theme.ts";

const ROW_PX = 32;
const BAR_PX = 6;
const POINT_PX = 14;
/** So that no point touches the edge. */
const MARGIN = 0.06;

export function IntervalPlot({ results, view }: { results: MetricResults; view: View }) {
  const rows = results.groups.flatMap((group) => {
    const shown = shownOf(group, results.metric.direction, view);
    return shown === null || typeof shown === "string" ? [] : [{ id: group.id, shown }];
  });
  if (rows.length === 0) return null;
  const written = differenceFormat(results, view);
  const scale = scaleOf(rows.map(({ shown }) => shown));
  const told = rows.map(
    ({ id, shown: { estimate, low, high, verdict } }) =>
      `${id}: ${written(estimate)}, ${written(low)} to ${written(high)}, ${VERDICTS[verdict].toLowerCase()}`,
  );
  return (
    <figure style={{ margin: 0 }}>
      <Text component="figcaption" size="sm" mb="xs">
        Differences to {results.baseline} with their {confidenceText(results.confidence)} intervals; the line is no
        difference
      </Text>
      <div role="img" aria-label={`${told.join("; ")}. The table has the numbers.`}>
        {rows.map(({ id, shown }) => (
          <Group key={id} wrap="nowrap" gap="sm">
            <Text size="sm" w="25%" truncate title={id}>
              {id}
            </Text>
            <Track shown={shown} at={scale.at} />
          </Group>
        ))}
        <Group wrap="nowrap" gap="sm" aria-hidden>
          <Box w="25%" />
          <Group justify="space-between" style={{ flex: 1 }}>
            <Text size="xs" c="dimmed">
              {written(scale.from)}
            </Text>
            <Text size="xs" c="dimmed">
              {written(scale.to)}
            </Text>
          </Group>
        </Group>
      </div>
    </figure>
  );
}

function Track({ shown: { estimate, low, high, verdict }, at }: { shown: Shown; at: (value: number) => number }) {
  const color = `var(--mantine-color-${PLOT_COLORS[verdict].replace(".", "-")})`;
  const centred = (sizePx: number) => ({ position: "absolute", top: (ROW_PX - sizePx) / 2, height: sizePx }) as const;
  return (
    <Box pos="relative" h={ROW_PX} style={{ flex: 1 }}>
      <Box
        pos="absolute"
        top={0}
        h={ROW_PX}
        style={{ left: `${at(0)}%`, borderLeft: "1px dashed var(--mantine-color-dimmed)" }}
      />
      <Box
        style={{
          ...centred(BAR_PX),
          ...{ left: `${at(low)}%`, width: `${at(high) - at(low)}%`, background: color, borderRadius: BAR_PX },
        }}
      />
      <Box
        style={{
          ...centred(POINT_PX),
          ...{ left: `calc(${at(estimate)}% - ${POINT_PX / 2}px)`, width: POINT_PX, borderRadius: "50%" },
          ...{ background: color, border: "2px solid var(--mantine-color-body)" },
        }}
      />
    </Box>
  );
}

/** Holds zero and all intervals; positions in percent of the width. */
function scaleOf(shown: Shown[]): { from: number; to: number; at: (value: number) => number } {
  const [least, most] = [Math.min(0, ...shown.map(({ low }) => low)), Math.max(0, ...shown.map(({ high }) => high))];
  const margin = (most - least || 1) * MARGIN;
  const [from, to] = [least - margin, most + margin];
  return { from, to, at: (value) => ((value - from) / (to - from)) * 100 };
}
