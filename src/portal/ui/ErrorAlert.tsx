// What is shown instead of something that could not be had, with a way to try again.
import { Alert, Button, Stack, Text } from "@mantine/core";
import { ApiError } from "../api.ts";

export function Failure({ error, onRetry }: { error: unknown; onRetry?: () => unknown }) {
  const message = error instanceof Error ? error.message : "Something went wrong. Try again.";
  const details = error instanceof ApiError ? error.errors.map((one) => `${one.path} ${one.message}`) : [];
  return (
    <Notice title="This could not be loaded">
      <Stack align="flex-start" gap="sm">
        <Text size="sm">{[message, ...details].join(" ")}</Text>
        {onRetry && (
          <Button size="xs" variant="default" onClick={() => void onRetry()}>
            Try again
          </Button>
        )}
      </Stack>
    </Notice>
  );
}

/** A box that screen readers read out at once. */
export function Notice({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <Alert
      color="red"
      variant="outline"
      title={title}
      role="alert"
      styles={{ title: { color: "var(--mantine-color-error)" } }}
    >
      {children}
    </Alert>
  );
}
