// The fields of a new event, as its provider describes them. Suggests names that the integration's project holds.
import { SimpleGrid, Text } from "@mantine/core";
import { useForm } from "@mantine/form";
import { FieldInput } from "../providers/FieldInput.tsx";
import { initialValues, rulesOf, toBody } from "../providers/fields.ts";
import type { Provider } from "../providers/providers.tsx";
import { useSuggestions } from "../providers/useSuggestions.ts";
import { focusFirst } from "../ui/fieldErrors.ts";
import { SubmitForm } from "../ui/SubmitForm.tsx";
import { useSubmit } from "../ui/useSubmit.ts";
import { useAddEvent } from "./queries.ts";

interface EventFormProps {
  /** Of the integration. */
  id: string;
  provider: Provider;
  onAdded: () => void;
}

export function EventForm({ id, provider, onAdded }: EventFormProps) {
  const fields = provider.event;
  const form = useForm({
    initialValues: initialValues(fields),
    validate: rulesOf(fields),
    validateInputOnChange: true,
  });
  const { submit, ...state } = useSubmit(form, useAddEvent(id), onAdded);
  const suggestions = useSuggestions(id, provider, form.values);
  const [name, description, ...source] = fields;
  return (
    <SubmitForm
      {...state}
      onSubmit={form.onSubmit((values) => submit(toBody(values)), focusFirst)}
      button="Add"
      failure="The event was not added"
      isDialog
    >
      {name && <FieldInput form={form} field={name} hasFocus />}
      {description && <FieldInput form={form} field={description} />}
      {suggestions.message !== null && (
        <Text size="sm" c="dimmed" role="status">
          Names cannot be offered, type them: {suggestions.message}
        </Text>
      )}
      <SimpleGrid cols={{ base: 1, xs: 2 }}>
        {source.map((field) => (
          <FieldInput key={field.name} form={form} field={field} suggestions={suggestions.of(field)} />
        ))}
      </SimpleGrid>
    </SubmitForm>
  );
}
