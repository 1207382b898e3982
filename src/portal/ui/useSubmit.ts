// Submits a form: the server's errors are shown at their fields, and above the form if they belong to none.
import type { UseFormReturnType } from "@mantine/form";
import type { UseMutationResult } from "@tanstack/react-query";
import { useState } from "react";
import { showErrors } from "./fieldErrors.ts";

/**
 * @example
 * const { submit, ...state } = useSubmit(form, useAddEvent(id), onAdded);
 * <SubmitForm {...state} onSubmit={form.onSubmit((values) => submit(toBody(values)), focusFirst)} …>
 */
export function useSubmit<Values extends object, Body, Data>(
  form: UseFormReturnType<Values>,
  { mutate, isPending }: Pick<UseMutationResult<Data, Error, Body>, "mutate" | "isPending">,
  onDone: (data: Data) => void,
) {
  const [message, setMessage] = useState<string | null>(null);
  const submit = (body: Body) => {
    setMessage(null);
    mutate(body, { onSuccess: onDone, onError: (error) => setMessage(showErrors(form, error)) });
  };
  return { submit, isPending, message };
}
