// The fields of a Mixpanel integration.
import { Select, TextInput } from "@mantine/core";
import { useForm, type UseFormReturnType } from "@mantine/form";
import { focusFirst } from "../ui/fieldErrors.ts";
import { useCreateIntegration } from "./queries.ts";
import { mixpanelProject, mixpanelUsername, required } from "../validation.ts";
import { Advanced } from "../ui/Advanced.tsx";
import { trimmedOrUndefined, ImportFromInput, SecretInput } from "../ui/inputs.tsx";
import { SubmitForm } from "../ui/SubmitForm.tsx";
import { useSubmit } from "../ui/useSubmit.ts";

const REGIONS = [
  { value: "us", label: "United States" },
  { value: "eu", label: "European Union" },
  { value: "in", label: "India" },
];
const TIMES = [
  { value: "utc", label: "UTC" },
  { value: "local", label: "Local time of the project (made before 2023)" },
];

const EMPTY = {
  projectId: "",
  serviceAccountUsername: "",
  serviceAccountSecret: "",
  region: "us",
  projectTime: "utc",
  importFrom: "",
};

export function MixpanelForm({ onEnabled }: { onEnabled: (id: string) => void }) {
  const form = useForm({
    initialValues: EMPTY,
    validate: {
      projectId: mixpanelProject,
      serviceAccountUsername: mixpanelUsername,
      serviceAccountSecret: required("service account's secret"),
    },
    validateInputOnChange: true,
  });
  const { submit, ...state } = useSubmit(form, useCreateIntegration(), ({ id }) => onEnabled(id));
  const onSubmit = form.onSubmit(
    ({ region, projectTime, ...text }) =>
      submit({
        provider: "mixpanel",
        projectId: text.projectId.trim(),
        serviceAccountUsername: text.serviceAccountUsername.trim(),
        serviceAccountSecret: text.serviceAccountSecret.trim(),
        region: region as "us" | "eu" | "in",
        projectTime: projectTime as "utc" | "local",
        importFrom: trimmedOrUndefined(text.importFrom),
      }),
    focusFirst,
  );
  return (
    <SubmitForm
      {...state}
      onSubmit={onSubmit}
      label="Mixpanel"
      button="Enable"
      failure="The integration was not enabled"
      maxWidthPx={560}
    >
      <TextInput
        label="Project ID"
        description="Settings > Project Settings > Overview"
        inputMode="numeric"
        required
        {...form.getInputProps("projectId")}
      />
      <TextInput
        label="Service Account Username"
        autoComplete="off"
        required
        {...form.getInputProps("serviceAccountUsername")}
      />
      <SecretInput
        what="the secret"
        label="Service Account Secret"
        description="Kept encrypted and never shown again."
        required
        {...form.getInputProps("serviceAccountSecret")}
      />
      <MixpanelAdvanced form={form} />
    </SubmitForm>
  );
}

function MixpanelAdvanced({ form }: { form: UseFormReturnType<typeof EMPTY> }) {
  return (
    <Advanced>
      <Select label="Region" data={REGIONS} allowDeselect={false} {...form.getInputProps("region")} />
      <Select label="Time of the project" data={TIMES} allowDeselect={false} {...form.getInputProps("projectTime")} />
      <ImportFromInput {...form.getInputProps("importFrom")} />
    </Advanced>
  );
}
