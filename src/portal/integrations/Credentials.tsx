// Changes the credentials of an integration. A stored secret is never shown.
import { Button, Modal, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { client, type Integration } from "../api.ts";
import { FieldInput } from "../providers/FieldInput.tsx";
import { toBody, useProviderForm, type ProviderField, type Values } from "../providers/fields.ts";
import { useProvider, valueOf } from "../providers/providers.tsx";
import { SubmitForm } from "../ui/SubmitForm.tsx";
import { useIntegrationMutation } from "./queries.ts";

const SECRET_HELP = "The stored one is never shown. Enter the new one.";

export function Credentials({ integration }: { integration: Integration }) {
  const [opened, { open, close }] = useDisclosure();
  const { settings } = useProvider(integration.provider);
  const fixed = settings.filter(({ changeable }) => !changeable).map(({ label }) => label);
  const fields = settings
    .filter(({ changeable }) => changeable)
    .map((field) => (field.kind === "secret" ? { ...field, help: SECRET_HELP } : field));
  if (fields.length === 0) return null;
  return (
    <>
      <Button size="xs" variant="default" onClick={open}>
        Change credentials
      </Button>
      <Modal opened={opened} onClose={close} title="Change credentials">
        <CredentialsForm integration={integration} fields={fields} onSaved={close} />
        <Text c="dimmed" mt="sm">
          {fixed.join(", ")} cannot be changed. For other values, add another integration.
        </Text>
      </Modal>
    </>
  );
}

function CredentialsForm(props: { integration: Integration; fields: ProviderField[]; onSaved: () => void }) {
  const { integration, fields, onSaved } = props;
  const { id } = integration;
  const values = Object.fromEntries(fields.map(({ name }) => [name, valueOf(integration, name) ?? ""]));
  const form = useProviderForm(fields, values);
  const save = useIntegrationMutation((body: Values) =>
    client.PATCH("/v1/integrations/{id}", { params: { path: { id } }, body: body as never }),
  );
  return (
    <SubmitForm
      form={form}
      mutation={save}
      toBody={toBody}
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
