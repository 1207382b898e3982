// The fields of a BigQuery integration.
import { Button, Group, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { dataset, googleProject, location, optional, serviceAccount } from "../validation.ts";
import { focusFirst } from "../fieldErrors.ts";
import { Advanced } from "./Advanced.tsx";
import { Notice } from "./Failure.tsx";
import { filled, useEnable } from "./useEnable.ts";

export function BigQueryForm({ onEnabled }: { onEnabled: (id: string) => void }) {
  const form = useForm({
    initialValues: { projectId: "", datasetId: "", serviceAccountEmail: "", location: "", importFrom: "" },
    validate: { projectId: googleProject, datasetId: optional(dataset), serviceAccountEmail: serviceAccount, location },
    validateInputOnChange: true,
  });
  const { enable, isPending, message } = useEnable(form, onEnabled);
  const submit = form.onSubmit(
    (text) =>
      enable({
        provider: "bigquery",
        projectId: text.projectId.trim(),
        datasetId: filled(text.datasetId),
        serviceAccountEmail: text.serviceAccountEmail.trim(),
        location: text.location.trim(),
        importFrom: filled(text.importFrom),
      }),
    focusFirst,
  );
  return (
    <form noValidate onSubmit={submit} aria-label="BigQuery">
      <Stack maw={560}>
        {message !== null && <Notice title="The integration was not enabled">{message}</Notice>}
        <TextInput label="Project ID" description="Your GCP project ID" required {...form.getInputProps("projectId")} />
        <TextInput
          label="Dataset ID"
          description="Where the export writes. Leave it empty if you only import."
          {...form.getInputProps("datasetId")}
        />
        <TextInput
          label="Service Account Email"
          autoComplete="off"
          required
          {...form.getInputProps("serviceAccountEmail")}
        />
        <TextInput
          label="BigQuery Location"
          description="The region of your datasets, as in US, EU or europe-west1"
          required
          {...form.getInputProps("location")}
        />
        <Advanced>
          <TextInput
            type="date"
            label="Import from"
            description="The first day imported; 30 days ago unless set."
            {...form.getInputProps("importFrom")}
          />
        </Advanced>
        <Group>
          <Button type="submit" loading={isPending}>
            Enable
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
