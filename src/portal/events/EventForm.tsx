// The fields of a new event, as its provider describes them. Suggests names that the integration's project holds.
import { SimpleGrid, Text } from "@mantine/core";
import { FieldInput } from "../providers/FieldInput.tsx";
import { initialValues, toBody, useProviderForm } from "../providers/fields.ts";
import type { Provider } from "../providers/providers.tsx";
import { useSuggestions } from "../providers/useSuggestions.ts";
import { SubmitForm } from "../ui/SubmitForm.tsx";
import { useAddEvent } from "./queries.ts";

export function EventForm({ id, provider, onAdded }: { id: string; provider: Provider; onAdded: () => void }) {
  const fields = provider.event;
  const form = useProviderForm(fields, initialValues(fields));
  const suggestions = useSuggestions(id, provider, form.values);
  const [name, description, ...source] = fields;
  return (
    <SubmitForm
      form={form}
      mutation={useAddEvent(id)}
      toBody={toBody}
      onDone={onAdded}
      button="Add"
      failure="The event was not added"
      isDialog
    >
      {name && <FieldInput form={form} field={name} hasFocus />}
      {description && <FieldInput form={form} field={description} />}
      {suggestions.message !== null && (
        <Text c="dimmed" role="status">
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
