// Errors of fields: the first one is where one goes on. What the server says that belongs to no field is left for the form's alert.
import type { UseFormReturnType } from "@mantine/form";
import type { SyntheticEvent } from "react";
import { ApiError } from "../api.ts";

/** Marks the fields; returns what is to be shown above the form, or null where the fields say all. */
export function showErrors<T extends object>(form: UseFormReturnType<T>, error: unknown): string | null {
  if (!(error instanceof ApiError)) return "Something went wrong in this page. Reload it.";
  const marks = error.errors.map(({ path, message }) => ({ path, message, at: path.replaceAll(/\[(\d+)\]/g, ".$1") }));
  const own = marks.filter(({ at }) => fieldAt(at) !== null);
  const others = marks.filter(({ at }) => fieldAt(at) === null);
  form.setErrors(Object.fromEntries(own.map(({ at, message }) => [at, message])));
  const [first] = own;
  if (first !== undefined) fieldAt(first.at)?.focus();
  if (own.length > 0 && others.length === 0) return null;
  return [error.message, ...others.map(({ path, message }) => `${path} ${message}`)].join(" ");
}

/** Mantine's forms write a field's path at its input. */
function fieldAt(path: string): HTMLElement | null {
  return document.querySelector<HTMLElement>(`[data-path="${CSS.escape(path)}"]`);
}

/**
 * Leads to the first field that is missing or wrong.
 *
 * @example form.onSubmit(send, focusFirst)
 */
export function focusFirst(errors: object, _values: object, event?: SyntheticEvent<HTMLFormElement>): void {
  const form = event?.target instanceof HTMLFormElement ? event.target : document;
  const fields = [...form.querySelectorAll<HTMLElement>("[data-path]")];
  fields.find(({ dataset }) => (dataset["path"] ?? "") in errors)?.focus();
}
