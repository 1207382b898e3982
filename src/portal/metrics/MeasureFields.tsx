// What one user counts: an event, what is made of it, of which property, and the filters on it. Discovered properties are offered.
import { Autocomplete, Button, Fieldset, Group, NativeSelect, SimpleGrid, Stack, Text, TextInput } from "@mantine/core";
import type { UseFormReturnType } from "@mantine/form";
import { randomId } from "@mantine/hooks";
import { nameOf } from "../api.ts";
import { AGGREGATIONS, OPERATORS } from "./format.ts";
import { needsProperty, type MetricValues } from "./formValues.ts";
import { useEvents, useProperties } from "../queries.ts";

export type MetricForm = UseFormReturnType<MetricValues>;
export type MeasurePath = "measure" | "denominator";

interface MeasureFieldsProps {
  form: MetricForm;
  path: MeasurePath;
  legend: string;
}

const OPTIONS = optionsOf(AGGREGATIONS);
const OPERATOR_OPTIONS = optionsOf(OPERATORS);

export function MeasureFields({ form, path, legend }: MeasureFieldsProps) {
  const { integrationId } = form.values;
  const measure = form.values[path];
  const events = useEvents(integrationId, integrationId !== "");
  const properties = useProperties(integrationId, measure.event, integrationId !== "" && measure.event !== "");
  const found = properties.data?.properties ?? [];
  // An event that was chosen before, and is not imported any more, must not look as if it were another.
  const names = [...new Set([...(events.data?.events.map(nameOf) ?? []), measure.event])].filter((name) => name !== "");
  return (
    <Fieldset legend={legend}>
      <Stack gap="sm">
        <SimpleGrid cols={{ base: 1, sm: 2 }}>
          <NativeSelect
            label="Event"
            required
            data={[{ value: "", label: "Choose an event" }, ...names]}
            {...form.getInputProps(`${path}.event`)}
          />
          <NativeSelect label="Value" data={OPTIONS} {...form.getInputProps(`${path}.aggregation`)} />
          {needsProperty(measure) && (
            <Autocomplete
              label="Property"
              description="Numeric properties of the imported records are offered"
              required
              data={found.filter(({ numeric }) => numeric).map(({ name }) => name)}
              {...form.getInputProps(`${path}.property`)}
            />
          )}
        </SimpleGrid>
        {events.data?.events.length === 0 && (
          <Text size="sm">This integration imports no events yet: add one at Data Integrations.</Text>
        )}
        {measure.filters.map(({ key }, index) => (
          <FilterFields key={key} form={form} path={path} index={index} properties={found.map(({ name }) => name)} />
        ))}
        <Group>
          <Button
            size="xs"
            variant="default"
            onClick={() =>
              form.insertListItem(`${path}.filters`, { key: randomId(), property: "", operator: "equals", value: "" })
            }
          >
            Add Filter
          </Button>
        </Group>
      </Stack>
    </Fieldset>
  );
}

interface FilterFieldsProps {
  form: MetricForm;
  path: MeasurePath;
  index: number;
  properties: string[];
}

function FilterFields({ form, path, index, properties }: FilterFieldsProps) {
  const at = `${path}.filters.${index}` as const;
  const isValued = form.values[path].filters[index]?.operator !== "exists";
  return (
    <Stack gap="xs" role="group" aria-label={`Filter ${index + 1}`}>
      <SimpleGrid cols={{ base: 1, sm: 3 }}>
        <Autocomplete label="Filter by" required data={properties} {...form.getInputProps(`${at}.property`)} />
        <NativeSelect label="Condition" data={OPERATOR_OPTIONS} {...form.getInputProps(`${at}.operator`)} />
        {isValued && <TextInput label="Filter value" required {...form.getInputProps(`${at}.value`)} />}
      </SimpleGrid>
      <Group>
        <Button size="compact-xs" variant="default" onClick={() => form.removeListItem(`${path}.filters`, index)}>
          Remove filter {index + 1}
        </Button>
      </Group>
    </Stack>
  );
}

function optionsOf(labels: Record<string, string>): { value: string; label: string }[] {
  return Object.entries(labels).map(([value, label]) => ({ value, label }));
}
