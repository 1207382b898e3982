// How the rows of an event are read: how late they come, how much a run reads, what can be changed, days to read again.
import { Group, Text } from "@mantine/core";
import type { SyncEvent } from "../api.ts";
import type { Provider } from "../providers/providers.tsx";
import { DataTable, type Column } from "../ui/DataTable.tsx";
import { Section } from "../ui/Page.tsx";
import { formatBytes, formatCount } from "../ui/time.ts";
import { ChangeReading } from "./ChangeReading.tsx";
import { ReadAgain } from "./ReadAgain.tsx";

interface ReadingProps {
  id: string;
  name: string;
  event: SyncEvent;
  provider: Provider;
}

export function Reading({ id, name, event, provider }: ReadingProps) {
  const fields = provider.event.filter(({ changeable }) => changeable);
  const actions = (
    <Group gap="xs">
      <ReadAgain id={id} name={name} />
      {fields.length > 0 && <ChangeReading id={id} name={name} event={event} fields={fields} />}
    </Group>
  );
  const said = readingText(event.reading);
  return (
    <Section title="Reading" actions={actions}>
      {said !== "" && <Text>{said}</Text>}
      <Text>How old new rows were when a run first saw them, without the first import:</Text>
      <DataTable
        label="Ages of new rows"
        columns={COLUMNS}
        rows={event.arrivalAges.map(toRow)}
        keyOf={({ age }) => age}
        empty="No run has found new rows since the first import."
      />
    </Section>
  );
}

type AgeRow = { age: string; count: number };

const COLUMNS: Column<AgeRow>[] = [
  { head: "Age", cell: ({ age }) => age },
  { head: "Rows", align: "right", cell: ({ count }) => formatCount(count) },
];

type AgeGroup = SyncEvent["arrivalAges"][number];

function toRow({ belowHours, count }: AgeGroup, place: number, groups: AgeGroup[]): AgeRow {
  const before = groups[place - 1]?.belowHours ?? null;
  const from = before === null ? "" : hoursText(before);
  if (belowHours === null) return { age: `${from} and more`, count };
  return { age: before === null ? `below ${hoursText(belowHours)}` : `${from} to ${hoursText(belowHours)}`, count };
}

function hoursText(hours: number): string {
  if (hours < 48) return hours === 1 ? "1 hour" : `${hours} hours`;
  return `${hours / 24} days`;
}

/** Empty if nothing is known. */
function readingText({ lookbackHours, runBytes, sourceBytes }: SyncEvent["reading"]): string {
  const table = sourceBytes === null ? "" : ` of a table of ${formatBytes(sourceBytes)}`;
  const sentences = [
    ...(lookbackHours === null ? [] : [`A row is found until ${hoursText(lookbackHours)} after its own time.`]),
    ...(runBytes === null ? [] : [`A run reads about ${formatBytes(runBytes)}${table}.`]),
  ];
  return sentences.join(" ");
}
