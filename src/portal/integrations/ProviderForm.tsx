// The fields of a new integration, as its provider describes them.
import { FieldInput } from "../providers/FieldInput.tsx";
import { initialValues, toBody, useProviderForm } from "../providers/fields.ts";
import type { Provider } from "../providers/providers.tsx";
import { Advanced } from "../ui/Advanced.tsx";
import { ImportFromInput } from "../ui/inputs.tsx";
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
      <Advanced>
        {inputs(true)}
        <ImportFromInput {...form.getInputProps("importFrom")} />
      </Advanced>
    </SubmitForm>
  );
}
