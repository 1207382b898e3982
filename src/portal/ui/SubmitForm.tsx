// The frame of a form: the error above its fields, the submit button below them.
import { Button, Group, Stack, Text } from "@mantine/core";
import type { FormEventHandler, ReactNode } from "react";
import { ErrorAlert } from "./ErrorAlert.tsx";

interface SubmitFormProps {
  /** For screen readers, if no heading names the form. */
  label?: string;
  button: string;
  /** The title of the error, as in "The event was not added". */
  failure: string;
  /** The error, null if there is none. */
  message: string | null;
  isPending: boolean;
  onSubmit: FormEventHandler<HTMLFormElement>;
  /** In dialogs the button is at the right. */
  isDialog?: boolean;
  /** Read out when it changes, as in "Saved." */
  status?: string;
  maxWidthPx?: number;
  children: ReactNode;
}

export function SubmitForm(props: SubmitFormProps) {
  return (
    <form noValidate onSubmit={props.onSubmit} aria-label={props.label}>
      <Stack maw={props.maxWidthPx}>
        {props.message !== null && (
          <ErrorAlert title={props.failure}>
            <Text size="sm">{props.message}</Text>
          </ErrorAlert>
        )}
        {props.children}
        <Group justify={props.isDialog === true ? "flex-end" : "flex-start"}>
          <Button type="submit" loading={props.isPending}>
            {props.button}
          </Button>
          {props.status !== undefined && (
            <Text size="sm" role="status">
              {props.status}
            </Text>
          )}
        </Group>
      </Stack>
    </form>
  );
}
