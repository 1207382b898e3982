// Forms made from the fields of a provider: initial values, rules while one types, and the body to send.
import { useForm } from "@mantine/form";
import type { Schemas } from "../api.ts";

export type ProviderField = Schemas["ProviderField"];
export type Values = Record<string, string>;

export function initialValues(fields: ProviderField[]): Values {
  return Object.fromEntries(fields.map(({ name, default: value = "" }) => [name, value]));
}

/** A form that checks the server's own rules while one types. The server has the last word. */
export function useProviderForm(fields: ProviderField[], values: Values) {
  const rules = fields.map((field) => [field.name, (value: string) => problemOf(field, value.trim())]);
  return useForm<Values>({ initialValues: values, validate: Object.fromEntries(rules), validateInputOnChange: true });
}

function problemOf({ label, required, pattern, message = "is not valid" }: ProviderField, text: string): string | null {
  if (text === "") return required ? `Enter the ${label}.` : null;
  if (pattern === undefined || new RegExp(pattern, "u").test(text)) return null;
  return message.charAt(0).toUpperCase() + message.slice(1);
}

/** Pasted texts often have blanks around them. Empty fields are left out. */
export function toBody(values: Values): Values {
  const trimmed = Object.entries(values).map(([name, value]) => [name, value.trim()]);
  return Object.fromEntries(trimmed.filter(([, value]) => value !== "")) as Values;
}
