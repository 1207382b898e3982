// Sending what a form holds: what the server says goes to the fields, and what belongs to none of them above the form.
import type { UseFormReturnType } from "@mantine/form";
import type { UseMutationResult } from "@tanstack/react-query";
import { useState } from "react";
import { showErrors } from "./fieldErrors.ts";

/**
 * @example
 * const { submit, ...state } = useSubmit(form, useChange(post), onAdded);
 * <SubmitForm {...state} onSubmit={form.onSubmit((values) => submit(toBody(values)), focusFirst)} …>
 */
export function useSubmit<T extends object, B, A>(
  form: UseFormReturnType<T>,
  { mutate, isPending }: Pick<UseMutationResult<A, Error, B>, "mutate" | "isPending">,
  onDone: (answer: A) => void,
) {
  const [message, setMessage] = useState<string | null>(null);
  const submit = (body: B) => {
    setMessage(null);
    mutate(body, { onSuccess: onDone, onError: (error) => setMessage(showErrors(form, error)) });
  };
  return { submit, isPending, message };
}
