// The sign-in page.
import { Center, Paper, PasswordInput, Stack, Text, Title } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useDocumentTitle } from "@mantine/hooks";
import { SubmitForm } from "../ui/SubmitForm.tsx";
import { required } from "../validation.ts";
import { useSignIn } from "./session.ts";

export function SignIn() {
  useDocumentTitle("Sign in · Crosscurrent Portal");
  const form = useForm({ initialValues: { apiKey: "" }, validate: { apiKey: required("API key") } });
  return (
    <Center component="main" mih="100dvh" p="md">
      <Paper withBorder p="xl" w="100%" maw={420}>
        <Stack>
          <Title order={1} size="h2">
            Crosscurrent Portal
          </Title>
          <Text c="dimmed">Sends router exposures to your analytics and imports your product events.</Text>
          <SubmitForm
            label="Sign in"
            button="Sign in"
            failure="You are not signed in"
            form={form}
            mutation={useSignIn()}
            toBody={({ apiKey }) => apiKey.trim()}
          >
            <PasswordInput
              label="API key"
              description="A key of your workspace. It is sent to the server once and not stored in the browser."
              autoComplete="current-password"
              visibilityToggleButtonProps={{ "aria-label": "Show or hide the key" }}
              {...form.getInputProps("apiKey")}
            />
          </SubmitForm>
        </Stack>
      </Paper>
    </Center>
  );
}
