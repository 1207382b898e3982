// The frame of a form: what went wrong above its fields, the button that sends it below them.
import { Button, Group, Stack } from "@mantine/core";
import type { FormEventHandler, ReactNode } from "react";
import { Notice } from "./ErrorAlert.tsx";

interface SubmitFormProps {
  /** The form's name, where the heading before it does not say it. */
  label?: string;
  button: string;
  /** What did not happen, over the message. */
  failure: string;
  message: string | null;
  isPending: boolean;
  onSubmit: FormEventHandler<HTMLFormElement>;
  /** At the right, as in dialogs. */
  isDialog?: boolean;
  /** Beside the button. */
  actions?: ReactNode;
  maxWidthPx?: number;
  children: ReactNode;
}

export function SubmitForm(props: SubmitFormProps) {
  return (
    <form noValidate onSubmit={props.onSubmit} aria-label={props.label}>
      <Stack maw={props.maxWidthPx}>
        {props.message !== null && <Notice title={props.failure}>{props.message}</Notice>}
        {props.children}
        <Group justify={props.isDialog === true ? "flex-end" : "flex-start"}>
          {props.actions}
          <Button type="submit" loading={props.isPending}>
            {props.button}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
