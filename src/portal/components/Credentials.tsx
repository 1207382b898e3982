// New credentials for an integration. The secret is written, never read.
import { Button, Group, Modal, PasswordInput, Stack, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useDisclosure } from "@mantine/hooks";
import { useState } from "react";
import type { components } from "../api.generated.ts";
import { answer, client, type Integration } from "../api.ts";
import { focusFirst, showErrors } from "../fieldErrors.ts";
import { useChange } from "../queries.ts";
import { mixpanelUsername, required, serviceAccount } from "../validation.ts";
import { Notice } from "./Failure.tsx";

type Patch = components["schemas"]["MixpanelPatch"] | components["schemas"]["BigQueryPatch"];
type Mixpanel = components["schemas"]["MixpanelIntegration"];
type BigQuery = components["schemas"]["BigQueryIntegration"];

export function Credentials({ integration }: { integration: Integration }) {
  const [opened, { open, close }] = useDisclosure();
  return (
    <>
      <Button size="xs" variant="default" onClick={open}>
        Change credentials
      </Button>
      <Modal opened={opened} onClose={close} title="Change credentials" closeButtonProps={{ "aria-label": "Close" }}>
        {integration.provider === "mixpanel" ? (
          <MixpanelCredentials integration={integration} onSaved={close} />
        ) : (
          <BigQueryCredentials integration={integration} onSaved={close} />
        )}
      </Modal>
    </>
  );
}

function useSave(id: string, onSaved: () => void) {
  const [message, setMessage] = useState<string | null>(null);
  const save = useChange((body: Patch) =>
    answer(client.PATCH("/v1/integrations/{id}", { params: { path: { id } }, body })),
  );
  return { ...{ save, message, setMessage }, options: { onSuccess: onSaved } };
}

function MixpanelCredentials({ integration, onSaved }: { integration: Mixpanel; onSaved: () => void }) {
  const form = useForm({
    initialValues: { serviceAccountUsername: integration.serviceAccountUsername, serviceAccountSecret: "" },
    validate: { serviceAccountUsername: mixpanelUsername, serviceAccountSecret: required("service account's secret") },
    validateInputOnChange: true,
  });
  const { save, message, setMessage, options } = useSave(integration.id, onSaved);
  const submit = form.onSubmit(
    (values) => save.mutate(values, { ...options, onError: (error) => setMessage(showErrors(form, error)) }),
    focusFirst,
  );
  return (
    <form noValidate onSubmit={submit}>
      <Stack>
        {message !== null && <Notice title="Nothing was changed">{message}</Notice>}
        <TextInput
          label="Service Account Username"
          autoComplete="off"
          required
          data-autofocus
          {...form.getInputProps("serviceAccountUsername")}
        />
        <PasswordInput
          label="Service Account Secret"
          description="The stored one is never shown; enter the new one."
          autoComplete="new-password"
          required
          visibilityToggleButtonProps={{ "aria-label": "Show or hide the secret" }}
          {...form.getInputProps("serviceAccountSecret")}
        />
        <Save isPending={save.isPending} />
      </Stack>
    </form>
  );
}

function BigQueryCredentials({ integration, onSaved }: { integration: BigQuery; onSaved: () => void }) {
  const form = useForm({
    initialValues: { serviceAccountEmail: integration.serviceAccountEmail },
    validate: { serviceAccountEmail: serviceAccount },
    validateInputOnChange: true,
  });
  const { save, message, setMessage, options } = useSave(integration.id, onSaved);
  const submit = form.onSubmit(
    (values) => save.mutate(values, { ...options, onError: (error) => setMessage(showErrors(form, error)) }),
    focusFirst,
  );
  return (
    <form noValidate onSubmit={submit}>
      <Stack>
        {message !== null && <Notice title="Nothing was changed">{message}</Notice>}
        <TextInput
          label="Service Account Email"
          required
          data-autofocus
          {...form.getInputProps("serviceAccountEmail")}
        />
        <Text size="sm" c="dimmed">
          Project, dataset and location never change: add another integration for others.
        </Text>
        <Save isPending={save.isPending} />
      </Stack>
    </form>
  );
}

function Save({ isPending }: { isPending: boolean }) {
  return (
    <Group justify="flex-end">
      <Button type="submit" loading={isPending}>
        Save
      </Button>
    </Group>
  );
}
