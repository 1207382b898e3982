// The form for a new API key. The key is shown once, until another one is made or the page is left.
import { Alert, Checkbox, Select, Stack, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { client, type Schemas } from "../api.ts";
import { useApiMutation } from "../queries.ts";
import { CopyText } from "../ui/CopyText.tsx";
import { SubmitForm } from "../ui/SubmitForm.tsx";
import { required } from "../validation.ts";
import { KEYS_KEY, type Scope, SCOPE_MEANINGS } from "./queries.ts";

const DAY_MS = 86_400_000;
const LIFETIMES = [
  { value: "never", label: "Never" },
  { value: "30", label: "After 30 days" },
  { value: "90", label: "After 90 days" },
  { value: "365", label: "After a year" },
];

const initialValues = { name: "", scopes: ["chat"] as string[], expires: "never" };

export function NewKey() {
  const form = useForm({
    initialValues,
    validate: {
      name: required("name"),
      scopes: (scopes) => (scopes.length === 0 ? "Choose at least one scope." : null),
    },
  });
  const create = useApiMutation({ queryKey: KEYS_KEY }, (body: Schemas["NewKey"]) => client.POST("/v1/keys", { body }));
  return (
    <Stack>
      <SubmitForm
        form={form}
        mutation={create}
        toBody={toKey}
        onDone={() => form.reset()}
        label="New key"
        button="Create key"
        failure="The key was not created"
        maxWidthPx={560}
      >
        <TextInput label="Name" description="What the key is for" required {...form.getInputProps("name")} />
        <Checkbox.Group label="Scopes" required {...form.getInputProps("scopes")}>
          <Stack gap="xs" mt="xs">
            {Object.entries(SCOPE_MEANINGS).map(([scope, meaning]) => (
              <Checkbox key={scope} value={scope} label={`${scope}: ${meaning}`} />
            ))}
          </Stack>
        </Checkbox.Group>
        <Select label="Expires" data={LIFETIMES} allowDeselect={false} {...form.getInputProps("expires")} />
      </SubmitForm>
      {create.data && (
        <Alert color="blue" variant="outline" title={`The key ${create.data.name}`} role="status">
          <Stack gap="sm">
            <Text>Copy it now: it is not shown again.</Text>
            <CopyText text={create.data.key} what="the key" />
          </Stack>
        </Alert>
      )}
    </Stack>
  );
}

function toKey({ name, scopes, expires }: typeof initialValues): Schemas["NewKey"] {
  const expiresAt = expires === "never" ? null : new Date(Date.now() + Number(expires) * DAY_MS).toISOString();
  return { name: name.trim(), scopes: scopes as Scope[], expiresAt };
}
