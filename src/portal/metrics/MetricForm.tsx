// The definition of a metric: what a user counts, over what, for how long, which way is good, how it is written.
import { NativeSelect, NumberInput, SimpleGrid, Switch, Textarea, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useQueryClient } from "@tanstack/react-query";
import { PROVIDER_NAMES, titleOf } from "../api.ts";
import { focusFirst } from "../ui/fieldErrors.ts";
import { useSaveMetric } from "./queries.ts";
import { needsProperty, toNewMetric, type MeasureValues, type MetricValues } from "./formValues.ts";
import { findProperty, useIntegrations } from "../queries.ts";
import { required } from "../validation.ts";
import { MeasureFields, type MetricForm as Form } from "./MeasureFields.tsx";
import { SubmitForm } from "../ui/SubmitForm.tsx";
import { useSubmit } from "../ui/useSubmit.ts";

interface MetricFormProps {
  /** Given: the metric that is changed. */
  id?: string | undefined;
  initialValues: MetricValues;
  onSaved: (id: string) => void;
}

const MAX_WINDOW_HOURS = 2_160;

export function MetricForm({ id, initialValues, onSaved }: MetricFormProps) {
  const queries = useQueryClient();
  const form = useForm<MetricValues>({ initialValues, validate: problemsOf });
  const { submit, ...state } = useSubmit(form, useSaveMetric(id), (saved) => onSaved(saved.id));
  const onSubmit = form.onSubmit((values) => {
    const typesOf = (event: string, property: string) =>
      findProperty(queries, values.integrationId, event, property)?.types;
    submit(toNewMetric(values, typesOf));
  }, focusFirst);
  const { isRatio } = form.values;
  return (
    <SubmitForm
      {...state}
      onSubmit={onSubmit}
      label="Metric"
      button="Save Metric"
      failure="The metric was not saved"
      isDialog
    >
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        <TextInput label="Name" required {...form.getInputProps("name")} />
        <IntegrationSelect form={form} isFixed={id !== undefined} />
      </SimpleGrid>
      <Textarea label="Description" autosize {...form.getInputProps("description")} />
      <MeasureFields form={form} path="measure" legend={isRatio ? "Numerator" : "What counts"} />
      <Switch
        label="Ratio of two: divide by another value, summed over the same users"
        {...form.getInputProps("isRatio", { type: "checkbox" })}
      />
      {isRatio && <MeasureFields form={form} path="denominator" legend="Denominator" />}
      <Settings form={form} />
    </SubmitForm>
  );
}

function IntegrationSelect({ form, isFixed }: { form: Form; isFixed: boolean }) {
  const integrations = useIntegrations();
  const options =
    integrations.data?.integrations.map((one) => ({
      value: one.id,
      label: `${PROVIDER_NAMES[one.provider]} ${titleOf(one)}`,
    })) ?? [];
  return (
    <NativeSelect
      label="Integration"
      description={isFixed ? "Fixed: its events are the metric's" : "Whose imported events count"}
      required
      disabled={isFixed}
      data={[{ value: "", label: "Choose an integration" }, ...options]}
      {...form.getInputProps("integrationId")}
    />
  );
}

function Settings({ form }: { form: Form }) {
  return (
    <SimpleGrid cols={{ base: 1, sm: 2 }}>
      <NativeSelect
        label="Good direction"
        data={[
          { value: "up", label: "Up is good" },
          { value: "down", label: "Down is good" },
        ]}
        {...form.getInputProps("direction")}
      />
      <NumberInput
        label="Window in hours"
        description="After a user's first exposure; later events do not count"
        min={1}
        max={MAX_WINDOW_HOURS}
        {...form.getInputProps("windowHours")}
      />
      <NumberInput
        label="Winsorize at percentile"
        description="Users above it count as if at it, such as 99; empty: off"
        suffix=" %"
        {...form.getInputProps("winsorizePercentile")}
      />
      <NativeSelect
        label="Written as"
        data={[
          { value: "number", label: "Number" },
          { value: "currency", label: "Currency" },
          { value: "percent", label: "Percent" },
        ]}
        {...form.getInputProps("format.style")}
      />
      {form.values.format.style === "currency" && (
        <TextInput label="Currency" description="ISO 4217, such as USD" {...form.getInputProps("format.currency")} />
      )}
    </SimpleGrid>
  );
}

function problemsOf(values: MetricValues): Record<string, string | null> {
  const { integrationId, name, windowHours, winsorizePercentile, format } = values;
  const hours = Number(windowHours);
  const percentile = Number(winsorizePercentile);
  return {
    name: required("name")(name),
    integrationId: integrationId === "" ? "Choose an integration." : null,
    ...measureProblems("measure", values.measure),
    ...(values.isRatio && measureProblems("denominator", values.denominator)),
    windowHours:
      Number.isInteger(hours) && hours >= 1 && hours <= MAX_WINDOW_HOURS
        ? null
        : `A whole number from 1 to ${MAX_WINDOW_HOURS}.`,
    winsorizePercentile:
      winsorizePercentile === "" || (percentile > 50 && percentile < 100) ? null : "Over 50 and under 100, or empty.",
    "format.currency":
      format.style !== "currency" || /^[A-Za-z]{3}$/.test(format.currency.trim())
        ? null
        : "Three letters, such as USD.",
  };
}

function measureProblems(path: string, measure: MeasureValues): Record<string, string | null> {
  const problems = measure.filters.flatMap(({ property, operator, value }, i) => [
    [`${path}.filters.${i}.property`, required("property")(property)],
    [`${path}.filters.${i}.value`, operator === "exists" ? null : required("value")(value)],
  ]);
  return {
    [`${path}.event`]: measure.event === "" ? "Choose an event." : null,
    [`${path}.property`]: needsProperty(measure) ? required("property")(measure.property) : null,
    ...(Object.fromEntries(problems) as Record<string, string | null>),
  };
}
