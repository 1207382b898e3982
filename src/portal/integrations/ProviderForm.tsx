// The fields of a new integration, as its provider describes them.
import { Accordion, Stack, TextInput } from "@mantine/core";
import { FieldInput } from "../providers/FieldInput.tsx";
import { initialValues, toBody, useProviderForm } from "../providers/fields.ts";
import type { Provider } from "../providers/providers.tsx";
import { SubmitForm } from "../ui/SubmitForm.tsx";
import { useCreateIntegration } from "./queries.ts";

export function ProviderForm({ provider, onEnabled }: { provider: Provider; onEnabled: (id: string) => void }) {
  const { id, title, settings } = provider;
  const form = useProviderForm(settings, { ...initialValues(settings), importFrom: "" });
  const inputs = (isAdvanced: boolean) =>
    settings
      .filter(({ advanced }) => advanced === isAdvanced)
      .map((field) => <FieldInput key={field.name} form={form} field={field} />);
  return (
    <SubmitForm
      form={form}
      mutation={useCreateIntegration()}
      toBody={(values) => ({ ...toBody(values), provider: id })}
      onDone={(created) => onEnabled(created.id)}
      label={title}
      button="Enable"
      failure="The integration was not enabled"
      maxWidthPx={560}
    >
      {inputs(false)}
      <Accordion variant="contained">
        <Accordion.Item value="advanced">
          <Accordion.Control>Advanced (optional)</Accordion.Control>
          <Accordion.Panel>
            <Stack>
              {inputs(true)}
              <TextInput
                type="date"
                label="Import from"
                description="The first day to import. The default is 30 days ago."
                {...form.getInputProps("importFrom")}
              />
            </Stack>
          </Accordion.Panel>
        </Accordion.Item>
      </Accordion>
    </SubmitForm>
  );
}
