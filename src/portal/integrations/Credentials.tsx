// New credentials for an integration. The secret is written, never read.
import { Button, Modal, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useDisclosure } from "@mantine/hooks";
import type { components } from "../api.generated.ts";
import { client, type Integration } from "../api.ts";
import { focusFirst } from "../ui/fieldErrors.ts";
import { useIntegrationMutation } from "./queries.ts";
import { mixpanelUsername, required, serviceAccount } from "../validation.ts";
import { SecretInput } from "../ui/inputs.tsx";
import { SubmitForm } from "../ui/SubmitForm.tsx";
import { useSubmit } from "../ui/useSubmit.ts";

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

function useSave(id: string) {
  return useIntegrationMutation((body: Patch) =>
    client.PATCH("/v1/integrations/{id}", { params: { path: { id } }, body }),
  );
}

const FRAME = { button: "Save", failure: "Nothing was changed", isDialog: true };

function MixpanelCredentials({ integration, onSaved }: { integration: Mixpanel; onSaved: () => void }) {
  const form = useForm({
    initialValues: { serviceAccountUsername: integration.serviceAccountUsername, serviceAccountSecret: "" },
    validate: { serviceAccountUsername: mixpanelUsername, serviceAccountSecret: required("service account's secret") },
    validateInputOnChange: true,
  });
  const { submit, ...state } = useSubmit(form, useSave(integration.id), onSaved);
  return (
    <SubmitForm {...state} {...FRAME} onSubmit={form.onSubmit(submit, focusFirst)}>
      <TextInput
        label="Service Account Username"
        autoComplete="off"
        required
        data-autofocus
        {...form.getInputProps("serviceAccountUsername")}
      />
      <SecretInput
        what="the secret"
        label="Service Account Secret"
        description="The stored one is never shown; enter the new one."
        required
        {...form.getInputProps("serviceAccountSecret")}
      />
    </SubmitForm>
  );
}

function BigQueryCredentials({ integration, onSaved }: { integration: BigQuery; onSaved: () => void }) {
  const form = useForm({
    initialValues: { serviceAccountEmail: integration.serviceAccountEmail },
    validate: { serviceAccountEmail: serviceAccount },
    validateInputOnChange: true,
  });
  const { submit, ...state } = useSubmit(form, useSave(integration.id), onSaved);
  return (
    <SubmitForm {...state} {...FRAME} onSubmit={form.onSubmit(submit, focusFirst)}>
      <TextInput label="Service Account Email" required data-autofocus {...form.getInputProps("serviceAccountEmail")} />
      <Text size="sm" c="dimmed">
        Project, dataset and location never change: add another integration for others.
      </Text>
    </SubmitForm>
  );
}
