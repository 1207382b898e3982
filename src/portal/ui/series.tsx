// The series of a chart, and their legend. The legend is not part of the chart, so it takes none of its height.
import { ColorSwatch, getThemeColor, Group, Text, useMantineTheme } from "@mantine/core";

export interface Series {
  /** Not the label: the chart would read a label with a dot as a path. */
  name: string;
  label: string;
  color: string;
}

/** Equally light, and distinguishable from the page in both colour schemes. */
const COLORS = ["blue.8", "orange.8", "teal.8", "grape.8", "red.8", "lime.9", "cyan.9", "pink.8"];

export function toSeries(labels: string[]): Series[] {
  return labels.map((label, i) => ({ name: `series${i}`, label, color: COLORS[i % COLORS.length] ?? "gray.8" }));
}

export function Legend({ series }: { series: Series[] }) {
  const theme = useMantineTheme();
  return (
    <Group gap="md" mb="xs" style={{ rowGap: 4 }}>
      {series.map(({ name, label, color }) => (
        <Group key={name} gap={6} wrap="nowrap">
          <ColorSwatch color={getThemeColor(color, theme)} size={12} withShadow={false} />
          <Text style={{ overflowWrap: "anywhere" }}>{label}</Text>
        </Group>
      ))}
    </Group>
  );
}
