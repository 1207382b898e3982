// The fields of a measure: an event, its aggregation per user, filters. They suggest the discovered properties.
import { Autocomplete, Button, Fieldset, Group, NativeSelect, SimpleGrid, Stack, Text, TextInput } from "@mantine/core";
import type { UseFormReturnType } from "@mantine/form";
import { randomId } from "@mantine/hooks";
import { useEvents, useProperties } from "../events/queries.ts";
import { TruncatedProperties } from "../events/TruncatedProperties.tsx";
import { useIntegrations } from "../integrations/queries.ts";
import { nameOf, useProvider } from "../providers/providers.tsx";
import { toOptions } from "../ui/inputs.tsx";
import { formatCount } from "../ui/time.ts";
import { AGGREGATIONS, OPERATORS } from "./format.ts";
import { needsProperty, type FilterValues, type MetricValues } from "./formValues.ts";

export type MetricFormState = UseFormReturnType<MetricValues>;

interface MeasureFieldsProps {
  form: MetricFormState;
  path: "measure" | "denominator";
  legend: string;
}

const newFilter = (): FilterValues => ({ key: randomId(), property: "", operator: "equals", value: "" });

export function MeasureFields({ form, path, legend }: MeasureFieldsProps) {
  const { integrationId } = form.values;
  const measure = form.values[path];
  const integrations = useIntegrations().data?.integrations;
  const provider = useProvider(integrations?.find(({ id }) => id === integrationId)?.provider);
  const events = useEvents(integrationId, integrationId !== "");
  const properties = useProperties(integrationId, measure.event, integrationId !== "" && measure.event !== "");
  const discovered = properties.data?.properties ?? [];
  const chosen = discovered.find(({ name }) => name === measure.property);
  // The chosen event may not be imported any more. It stays an option, so that the field does not show another event.
  const imported = events.data?.events.map((event) => nameOf(provider, event)) ?? [];
  const names = new Set([...imported, measure.event]);
  names.delete("");
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
          <NativeSelect label="Value" data={toOptions(AGGREGATIONS)} {...form.getInputProps(`${path}.aggregation`)} />
          {needsProperty(measure) && (
            <Autocomplete
              label="Property"
              description="Suggests the numeric properties of the imported records"
              required
              data={discovered.filter(({ numeric }) => numeric).map(({ name }) => name)}
              {...form.getInputProps(`${path}.property`)}
            />
          )}
        </SimpleGrid>
        {properties.data?.truncated === true && <TruncatedProperties shown={discovered.length} />}
        {needsProperty(measure) && chosen !== undefined && chosen.nonNumeric > 0 && (
          <Text>
            {formatCount(chosen.nonNumeric)} of {formatCount(chosen.count)} records have a value in {chosen.name} that
            is no number.
          </Text>
        )}
        {events.data?.events.length === 0 && (
          <Text>This integration imports no events yet. Add one under Data Integrations.</Text>
        )}
        {measure.filters.map(({ key }, index) => (
          <FilterFields
            key={key}
            form={form}
            path={path}
            index={index}
            properties={discovered.map(({ name }) => name)}
          />
        ))}
        <Group>
          <Button size="xs" variant="default" onClick={() => form.insertListItem(`${path}.filters`, newFilter())}>
            Add Filter
          </Button>
        </Group>
      </Stack>
    </Fieldset>
  );
}

type FilterFieldsProps = Omit<MeasureFieldsProps, "legend"> & { index: number; properties: string[] };

function FilterFields({ form, path, index, properties }: FilterFieldsProps) {
  const at = `${path}.filters.${index}` as const;
  const hasValue = form.values[path].filters[index]?.operator !== "exists";
  return (
    <Stack gap="xs" role="group" aria-label={`Filter ${index + 1}`}>
      <SimpleGrid cols={{ base: 1, sm: 3 }}>
        <Autocomplete label="Filter by" required data={properties} {...form.getInputProps(`${at}.property`)} />
        <NativeSelect label="Condition" data={toOptions(OPERATORS)} {...form.getInputProps(`${at}.operator`)} />
        {hasValue && <TextInput label="Filter value" required {...form.getInputProps(`${at}.value`)} />}
      </SimpleGrid>
      <Group>
        <Button size="compact-xs" variant="default" onClick={() => form.removeListItem(`${path}.filters`, index)}>
          Remove filter {index + 1}
        </Button>
      </Group>
    </Stack>
  );
}
