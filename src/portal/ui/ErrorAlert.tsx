// A red box with an error. Screen readers read it out at once.
import { Alert, Button, Stack, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { ApiError } from "../api.ts";

interface ErrorAlertProps {
  title?: string;
  error?: Error | null;
  onRetry?: () => unknown;
  /** Shown instead of the message of `error`. */
  children?: ReactNode;
}

export function ErrorAlert({ title = "This could not be loaded", error, onRetry, children }: ErrorAlertProps) {
  const details = error instanceof ApiError ? error.errors.map(({ path, message }) => `${path} ${message}`) : [];
  return (
    <Alert
      color="red"
      variant="outline"
      title={title}
      role="alert"
      styles={{ title: { color: "var(--mantine-color-error)" } }}
    >
      <Stack align="flex-start" gap="sm">
        {children ?? <Text>{[error?.message, ...details].join(" ")}</Text>}
        {onRetry && (
          <Button size="xs" variant="default" onClick={() => void onRetry()}>
            Try again
          </Button>
        )}
      </Stack>
    </Alert>
  );
}
