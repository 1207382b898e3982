// The fields of a Mixpanel integration.
import { Button, Group, PasswordInput, Select, Stack, TextInput } from "@mantine/core";
import { useForm, type UseFormReturnType } from "@mantine/form";
import { mixpanelProject, mixpanelUsername, required } from "../validation.ts";
import { focusFirst } from "../fieldErrors.ts";
import { Advanced } from "./Advanced.tsx";
import { Notice } from "./Failure.tsx";
import { filled, useEnable } from "./useEnable.ts";

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
  const { enable, isPending, message } = useEnable(form, onEnabled);
  const submit = form.onSubmit(
    ({ region, projectTime, ...text }) =>
      enable({
        provider: "mixpanel",
        projectId: text.projectId.trim(),
        serviceAccountUsername: text.serviceAccountUsername.trim(),
        serviceAccountSecret: text.serviceAccountSecret.trim(),
        region: region as "us" | "eu" | "in",
        projectTime: projectTime as "utc" | "local",
        importFrom: filled(text.importFrom),
      }),
    focusFirst,
  );
  return (
    <form noValidate onSubmit={submit} aria-label="Mixpanel">
      <Stack maw={560}>
        {message !== null && <Notice title="The integration was not enabled">{message}</Notice>}
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
        <PasswordInput
          label="Service Account Secret"
          description="Kept encrypted and never shown again."
          autoComplete="new-password"
          required
          visibilityToggleButtonProps={{ "aria-label": "Show or hide the secret" }}
          {...form.getInputProps("serviceAccountSecret")}
        />
        <MixpanelAdvanced form={form} />
        <Group>
          <Button type="submit" loading={isPending}>
            Enable
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function MixpanelAdvanced({ form }: { form: UseFormReturnType<typeof EMPTY> }) {
  return (
    <Advanced>
      <Select label="Region" data={REGIONS} allowDeselect={false} {...form.getInputProps("region")} />
      <Select label="Time of the project" data={TIMES} allowDeselect={false} {...form.getInputProps("projectTime")} />
      <TextInput
        type="date"
        label="Import from"
        description="The first day imported; 30 days ago unless set."
        {...form.getInputProps("importFrom")}
      />
    </Advanced>
  );
}
