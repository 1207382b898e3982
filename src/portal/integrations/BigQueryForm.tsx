// The fields of a BigQuery integration.
import { TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { focusFirst } from "../ui/fieldErrors.ts";
import { useCreateIntegration } from "./queries.ts";
import { dataset, googleProject, location, optional, serviceAccount } from "../validation.ts";
import { Advanced } from "../ui/Advanced.tsx";
import { trimmedOrUndefined, ImportFromInput } from "../ui/inputs.tsx";
import { SubmitForm } from "../ui/SubmitForm.tsx";
import { useSubmit } from "../ui/useSubmit.ts";

export function BigQueryForm({ onEnabled }: { onEnabled: (id: string) => void }) {
  const form = useForm({
    initialValues: { projectId: "", datasetId: "", serviceAccountEmail: "", location: "", importFrom: "" },
    validate: { projectId: googleProject, datasetId: optional(dataset), serviceAccountEmail: serviceAccount, location },
    validateInputOnChange: true,
  });
  const { submit, ...state } = useSubmit(form, useCreateIntegration(), ({ id }) => onEnabled(id));
  const onSubmit = form.onSubmit(
    (text) =>
      submit({
        provider: "bigquery",
        projectId: text.projectId.trim(),
        datasetId: trimmedOrUndefined(text.datasetId),
        serviceAccountEmail: text.serviceAccountEmail.trim(),
        location: text.location.trim(),
        importFrom: trimmedOrUndefined(text.importFrom),
      }),
    focusFirst,
  );
  return (
    <SubmitForm
      {...state}
      onSubmit={onSubmit}
      label="BigQuery"
      button="Enable"
      failure="The integration was not enabled"
      maxWidthPx={560}
    >
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
        <ImportFromInput {...form.getInputProps("importFrom")} />
      </Advanced>
    </SubmitForm>
  );
}
