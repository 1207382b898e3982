// The form of a metric's definition.
import { NativeSelect, NumberInput, SimpleGrid, Switch, Textarea, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useQueryClient } from "@tanstack/react-query";
import { client, type Schemas } from "../api.ts";
import { providerOf, titleOf, useProviders } from "../providers/providers.tsx";
import { cachedPropertyTypes } from "../events/queries.ts";
import { useIntegrations } from "../integrations/queries.ts";
import { useApiMutation } from "../queries.ts";
import { toOptions } from "../ui/inputs.tsx";
import { SubmitForm } from "../ui/SubmitForm.tsx";
import { toNewMetric, type MetricValues } from "./formValues.ts";
import { MeasureFields, type MetricFormState } from "./MeasureFields.tsx";
import { METRICS_KEY } from "./queries.ts";
import { MAX_WINDOW_HOURS, validateMetric } from "./validateMetric.ts";

/** Changes the metric `id`. Without an id, the form creates a metric. */
export function MetricForm(props: { id?: string; initialValues: MetricValues; onSaved: (id: string) => void }) {
  const { id, initialValues, onSaved } = props;
  const queryClient = useQueryClient();
  const form = useForm<MetricValues>({ initialValues, validate: validateMetric });
  const save = useApiMutation({ queryKey: METRICS_KEY }, ({ integrationId, ...fields }: Schemas["NewMetric"]) =>
    id === undefined
      ? client.POST("/v1/metrics", { body: { ...fields, integrationId } })
      : client.PATCH("/v1/metrics/{metric}", { params: { path: { metric: id } }, body: fields }),
  );
  const toBody = (values: MetricValues) =>
    toNewMetric(values, (event, property) => cachedPropertyTypes(queryClient, values.integrationId, event, property));
  const { isRatio } = form.values;
  return (
    <SubmitForm
      form={form}
      mutation={save}
      toBody={toBody}
      onDone={(saved) => onSaved(saved.id)}
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
      <MeasureFields form={form} path="measure" legend={isRatio ? "Numerator" : "Measure"} />
      <Switch
        label="Ratio: divide by another measure of the same users"
        {...form.getInputProps("isRatio", { type: "checkbox" })}
      />
      {isRatio && <MeasureFields form={form} path="denominator" legend="Denominator" />}
      <Settings form={form} />
    </SubmitForm>
  );
}

function IntegrationSelect({ form, isFixed }: { form: MetricFormState; isFixed: boolean }) {
  const { data } = useIntegrations();
  const providers = useProviders();
  const options = data?.integrations.map((integration) => {
    const provider = providerOf(providers, integration.provider);
    return { value: integration.id, label: `${provider.title} ${titleOf(provider, integration)}` };
  });
  return (
    <NativeSelect
      label="Integration"
      description={isFixed ? "Cannot be changed" : "The source of the events"}
      required
      disabled={isFixed}
      data={[{ value: "", label: "Choose an integration" }, ...(options ?? [])]}
      {...form.getInputProps("integrationId")}
    />
  );
}

function Settings({ form }: { form: MetricFormState }) {
  return (
    <SimpleGrid cols={{ base: 1, sm: 2 }}>
      <NativeSelect
        label="Good direction"
        data={toOptions({ up: "Up is good", down: "Down is good" })}
        {...form.getInputProps("direction")}
      />
      <NumberInput
        label="Window in hours"
        description="After a user's first exposure. Later events do not count."
        min={1}
        max={MAX_WINDOW_HOURS}
        {...form.getInputProps("windowHours")}
      />
      <NumberInput
        label="Winsorize at percentile"
        description="Caps the values of users above it, for example 99. Empty: off."
        suffix=" %"
        {...form.getInputProps("winsorizePercentile")}
      />
      <NativeSelect
        label="Format"
        data={toOptions({ number: "Number", currency: "Currency", percent: "Percent" })}
        {...form.getInputProps("format.style")}
      />
      {form.values.format.style === "currency" && (
        <TextInput
          label="Currency"
          description="ISO 4217, for example USD"
          {...form.getInputProps("format.currency")}
        />
      )}
    </SimpleGrid>
  );
}
