// A form: errors above or at its fields, and the submit button below them.
import { Button, Group, Stack, Text } from "@mantine/core";
import type { UseFormReturnType } from "@mantine/form";
import type { UseMutationResult } from "@tanstack/react-query";
import { useState, type ReactNode, type SyntheticEvent } from "react";
import { ApiError } from "../api.ts";
import { ErrorAlert } from "./ErrorAlert.tsx";

interface SubmitFormProps<Values extends object, Body, Data> {
  form: UseFormReturnType<Values>;
  /** Sends what `toBody` makes of valid values. */
  mutation: Pick<UseMutationResult<Data, Error, Body>, "mutate" | "isPending">;
  toBody: (values: Values) => Body;
  onDone?: (data: Data) => void;
  /** For screen readers, if no heading names the form. */
  label?: string;
  button: string;
  /** The title of the error, as in "The event was not added". */
  failure: string;
  /** In dialogs the button is at the right. */
  isDialog?: boolean;
  /** Read out when it changes, as in "Saved." */
  status?: string;
  maxWidthPx?: number;
  children: ReactNode;
}

export function SubmitForm<Values extends object, Body, Data>(props: SubmitFormProps<Values, Body, Data>) {
  const { form, mutation, toBody, onDone, status } = props;
  const [message, setMessage] = useState<string | null>(null);
  const submit = (values: Values) => {
    setMessage(null);
    mutation.mutate(toBody(values), {
      onSuccess: onDone,
      onError: (error) => setMessage(showErrors(form, error)),
    });
  };
  return (
    <form noValidate onSubmit={form.onSubmit(submit, focusFirst)} aria-label={props.label}>
      <Stack maw={props.maxWidthPx}>
        {message !== null && (
          <ErrorAlert title={props.failure}>
            <Text>{message}</Text>
          </ErrorAlert>
        )}
        {props.children}
        <Group justify={props.isDialog === true ? "flex-end" : "flex-start"}>
          <Button type="submit" loading={mutation.isPending}>
            {props.button}
          </Button>
          {status !== undefined && <Text role="status">{status}</Text>}
        </Group>
      </Stack>
    </form>
  );
}

/** Shows the server's errors at their fields. Returns the other errors as a text, null if there are none. */
function showErrors<T extends object>(form: UseFormReturnType<T>, error: unknown): string | null {
  if (!(error instanceof ApiError)) return "Something went wrong in this page. Reload it.";
  const problems = error.errors.map(({ path, message }) => {
    const fieldPath = path.replaceAll(/\[(\d+)\]/g, ".$1");
    return { path, message, fieldPath, field: findField(fieldPath) };
  });
  const atFields = problems.filter(({ field }) => field !== null);
  const others = problems.filter(({ field }) => field === null);
  form.setErrors(Object.fromEntries(atFields.map(({ fieldPath, message }) => [fieldPath, message])));
  atFields[0]?.field?.focus();
  if (atFields.length > 0 && others.length === 0) return null;
  return [error.message, ...others.map(({ path, message }) => `${path} ${message}`)].join(" ");
}

/** Mantine writes the path of a field at its input. If a page has several forms, the focus is in the submitted one. */
function findField(path: string): HTMLElement | null {
  const form = document.activeElement?.closest("form") ?? document;
  return form.querySelector(`[data-path="${CSS.escape(path)}"]`);
}

function focusFirst(errors: object, _values: object, event?: SyntheticEvent<HTMLFormElement>): void {
  const form = event?.target instanceof HTMLFormElement ? event.target : document;
  const fields = [...form.querySelectorAll<HTMLElement>("[data-path]")];
  fields.find(({ dataset }) => (dataset["path"] ?? "") in errors)?.focus();
}
