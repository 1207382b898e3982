// Changes an integration's credentials, and until the first row also its project. A stored secret is never shown.
import { Button, Modal, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { Fragment } from "react";
import { client, type Integration } from "../api.ts";
import { AccountAccess } from "../providers/AccountAccess.tsx";
import { FieldInput } from "../providers/FieldInput.tsx";
import { toBody, useProviderForm, type ProviderField, type Values } from "../providers/fields.ts";
import { useProvider, valueOf } from "../providers/providers.tsx";
import { SubmitForm } from "../ui/SubmitForm.tsx";
import { useIntegrationMutation } from "./queries.ts";

const SECRET_HELP = "The stored one is never shown. Leave it empty to keep it.";

export function ChangeConnection({ integration }: { integration: Integration }) {
  const [opened, { open, close }] = useDisclosure();
  const { settings } = useProvider(integration.provider);
  const isFixed = ({ changeable }: ProviderField) => integration.projectFixed && !changeable;
  const fixed = settings.filter(isFixed).map(({ label }) => label);
  const fields = settings
    .filter((field) => !isFixed(field))
    .map((field) => (field.kind === "secret" ? { ...field, help: SECRET_HELP, required: false } : field));
  if (fields.length === 0) return null;
  return (
    <>
      <Button size="xs" variant="default" onClick={open}>
        Change connection
      </Button>
      <Modal opened={opened} onClose={close} title="Change connection">
        <ConnectionForm integration={integration} fields={fields} onSaved={close} />
        <Text c="dimmed" mt="sm">
          {fixed.length > 0
            ? `${fixed.join(", ")} cannot be changed any more. For other values, add another integration.`
            : "Once rows were sent or stored, only the credentials can be changed."}
        </Text>
      </Modal>
    </>
  );
}

function ConnectionForm(props: { integration: Integration; fields: ProviderField[]; onSaved: () => void }) {
  const { integration, fields, onSaved } = props;
  const { id } = integration;
  const { access } = useProvider(integration.provider);
  const stored = Object.fromEntries(fields.map(({ name }) => [name, valueOf(integration, name) ?? ""]));
  const form = useProviderForm(fields, stored);
  const save = useIntegrationMutation((body: Values) =>
    client.PATCH("/v1/integrations/{id}", { params: { path: { id } }, body: body as never }),
  );
  /** What is left as it was is not sent, because it might not be changeable any more. */
  const changesOf = (values: Values): Values =>
    Object.fromEntries(Object.entries(toBody(values)).filter(([name, value]) => value !== stored[name]));
  return (
    <SubmitForm
      form={form}
      mutation={save}
      toBody={changesOf}
      onDone={onSaved}
      button="Save"
      failure="Nothing was changed"
      isDialog
    >
      {fields.map((field, index) => (
        <Fragment key={field.name}>
          <FieldInput form={form} field={field} hasFocus={index === 0} />
          <AccountAccess access={access} field={field.name} />
        </Fragment>
      ))}
    </SubmitForm>
  );
}
