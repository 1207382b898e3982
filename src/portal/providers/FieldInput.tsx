// The input of one field of a provider.
import { Autocomplete, Select, Textarea, TextInput } from "@mantine/core";
import type { UseFormReturnType } from "@mantine/form";
import { SecretInput } from "../ui/inputs.tsx";
import type { ProviderField, Values } from "./fields.ts";

interface FieldInputProps {
  form: UseFormReturnType<Values>;
  field: ProviderField;
  suggestions?: string[];
  hasFocus?: boolean;
}

export function FieldInput({ form, field, suggestions, hasFocus = false }: FieldInputProps) {
  const { name, label, help, kind, required, options } = field;
  const input = form.getInputProps(name);
  const props = { ...input, label, description: help, required, "data-autofocus": hasFocus || undefined };
  switch (kind) {
    case "select":
      return <Select {...props} data={options ?? []} required={false} allowDeselect={false} />;
    case "secret":
      return <SecretInput {...props} what="the secret" />;
    case "multiline":
      return <Textarea {...props} autosize />;
    default:
      if (suggestions !== undefined) return <Autocomplete {...props} data={suggestions} />;
      return <TextInput {...props} autoComplete="off" inputMode={kind === "number" ? "numeric" : undefined} />;
  }
}
