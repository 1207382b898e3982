// The fields of a new integration, as its provider describes them.
import { useForm } from "@mantine/form";
import { FieldInput } from "../providers/FieldInput.tsx";
import { initialValues, rulesOf, toBody } from "../providers/fields.ts";
import type { Provider } from "../providers/providers.tsx";
import { Advanced } from "../ui/Advanced.tsx";
import { focusFirst } from "../ui/fieldErrors.ts";
import { ImportFromInput } from "../ui/inputs.tsx";
import { SubmitForm } from "../ui/SubmitForm.tsx";
import { useSubmit } from "../ui/useSubmit.ts";
import { useCreateIntegration } from "./queries.ts";

export function ProviderForm({ provider, onEnabled }: { provider: Provider; onEnabled: (id: string) => void }) {
  const { id, title, settings } = provider;
  const form = useForm({
    initialValues: { ...initialValues(settings), importFrom: "" },
    validate: rulesOf(settings),
    validateInputOnChange: true,
  });
  const { submit, ...state } = useSubmit(form, useCreateIntegration(), (created) => onEnabled(created.id));
  const inputs = (isAdvanced: boolean) =>
    settings
      .filter(({ advanced }) => advanced === isAdvanced)
      .map((field) => <FieldInput key={field.name} form={form} field={field} />);
  return (
    <SubmitForm
      {...state}
      onSubmit={form.onSubmit((values) => submit({ ...toBody(values), provider: id }), focusFirst)}
      label={title}
      button="Enable"
      failure="The integration was not enabled"
      maxWidthPx={560}
    >
      {inputs(false)}
      <Advanced>
        {inputs(true)}
        <ImportFromInput {...form.getInputProps("importFrom")} />
      </Advanced>
    </SubmitForm>
  );
}
