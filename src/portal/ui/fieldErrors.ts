// Shows errors at the fields of a form, and moves the focus to the first of them.
import type { UseFormReturnType } from "@mantine/form";
import type { SyntheticEvent } from "react";
import { ApiError } from "../api.ts";

/** Shows the server's errors at their fields. Returns the other errors as a text, null if there are none. */
export function showErrors<T extends object>(form: UseFormReturnType<T>, error: unknown): string | null {
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

/**
 * Moves the focus to the first field that is missing or wrong.
 *
 * @example form.onSubmit(send, focusFirst)
 */
export function focusFirst(errors: object, _values: object, event?: SyntheticEvent<HTMLFormElement>): void {
  const form = event?.target instanceof HTMLFormElement ? event.target : document;
  const fields = [...form.querySelectorAll<HTMLElement>("[data-path]")];
  fields.find(({ dataset }) => (dataset["path"] ?? "") in errors)?.focus();
}
