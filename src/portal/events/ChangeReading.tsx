// Changes how the rows of an event are read: the fields of the provider that can be changed.
import { Button, Modal } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { client, type SyncEvent } from "../api.ts";
import { useIntegrationMutation } from "../integrations/queries.ts";
import { FieldInput } from "../providers/FieldInput.tsx";
import { useProviderForm, type ProviderField, type Values } from "../providers/fields.ts";
import { valueOf } from "../providers/providers.tsx";
import { SubmitForm } from "../ui/SubmitForm.tsx";

interface ChangeReadingProps {
  id: string;
  name: string;
  event: SyncEvent;
  fields: ProviderField[];
}

export function ChangeReading(props: ChangeReadingProps) {
  const [opened, { open, close }] = useDisclosure();
  return (
    <>
      <Button size="xs" variant="default" onClick={open}>
        Change
      </Button>
      <Modal opened={opened} onClose={close} title="How rows are read">
        <ReadingForm {...props} onSaved={close} />
      </Modal>
    </>
  );
}

function ReadingForm({ id, name, event, fields, onSaved }: ChangeReadingProps & { onSaved: () => void }) {
  const stored = Object.fromEntries(fields.map((field) => [field.name, valueOf(event, field.name) ?? ""]));
  const form = useProviderForm(fields, stored);
  const save = useIntegrationMutation((body: Record<string, string | null>) =>
    client.PATCH("/v1/integrations/{id}/events/{name}", { params: { path: { id, name } }, body: body as never }),
  );
  return (
    <SubmitForm
      form={form}
      mutation={save}
      toBody={(values) => changesOf(values, stored)}
      onDone={onSaved}
      button="Save"
      failure="Nothing was changed"
      isDialog
    >
      {fields.map((field, index) => (
        <FieldInput key={field.name} form={form} field={field} hasFocus={index === 0} />
      ))}
    </SubmitForm>
  );
}

/** An emptied field is taken away. */
function changesOf(values: Values, stored: Values): Record<string, string | null> {
  const trimmed = Object.entries(values).map(([name, value]) => [name, value.trim()] as const);
  const changed = trimmed.filter(([name, value]) => value !== stored[name]);
  return Object.fromEntries(changed.map(([name, value]) => [name, value === "" ? null : value]));
}
