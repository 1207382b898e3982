// Signing in with an API key of the workspace.
import { Button, Center, Paper, PasswordInput, Stack, Text, Title } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useEffect } from "react";
import { Notice } from "../ui/ErrorAlert.tsx";
import { focusFirst } from "../ui/fieldErrors.ts";
import { useSignIn } from "./session.ts";
import { required } from "../validation.ts";

export function SignIn() {
  const signIn = useSignIn();
  const form = useForm({ initialValues: { apiKey: "" }, validate: { apiKey: required("API key") } });
  useEffect(() => {
    document.title = "Sign in · Crosscurrent Portal";
  }, []);
  return (
    <Center component="main" mih="100dvh" p="md">
      <Paper withBorder p="xl" w="100%" maw={420}>
        <form noValidate onSubmit={form.onSubmit(({ apiKey }) => signIn.mutate(apiKey.trim()), focusFirst)}>
          <Stack>
            <Title order={1} size="h2">
              Crosscurrent Portal
            </Title>
            <Text size="sm" c="dimmed">
              Router exposures out to your analytics, product events back in.
            </Text>
            {signIn.error && <Notice title="You are not signed in">{signIn.error.message}</Notice>}
            <PasswordInput
              label="API key"
              description="A key of your workspace; it stays between this page and the server."
              autoComplete="current-password"
              visibilityToggleButtonProps={{ "aria-label": "Show or hide the key" }}
              {...form.getInputProps("apiKey")}
            />
            <Button type="submit" loading={signIn.isPending}>
              Sign in
            </Button>
          </Stack>
        </form>
      </Paper>
    </Center>
  );
}
