// What a chart's series have in common: names, colours, and a legend beneath that wraps and takes nothing of the chart's height.
import { ColorSwatch, getThemeColor, Group, Text, useMantineTheme } from "@mantine/core";

export interface Series {
  /** By number: an id with a dot would be taken for a path. */
  name: string;
  label: string;
  color: string;
}

/** Of the same lightness, and told from the page in light and dark. */
const COLORS = ["blue.8", "orange.8", "teal.8", "grape.8", "red.8", "lime.9", "cyan.9", "pink.8"];

export function seriesOf(labels: string[]): Series[] {
  return labels.map((label, i) => ({ name: `series${i}`, label, color: COLORS[i % COLORS.length] ?? "gray.8" }));
}

export function Legend({ series }: { series: Series[] }) {
  const theme = useMantineTheme();
  return (
    <Group gap="md" mb="xs" style={{ rowGap: 4 }}>
      {series.map(({ name, label, color }) => (
        <Group key={name} gap={6} wrap="nowrap">
          <ColorSwatch color={getThemeColor(color, theme)} size={12} withShadow={false} />
          <Text size="sm" style={{ overflowWrap: "anywhere" }}>
            {label}
          </Text>
        </Group>
      ))}
    </Group>
  );
}
