// What several forms need for their fields.
import { PasswordInput, TextInput, type PasswordInputProps, type TextInputProps } from "@mantine/core";

/** A secret that is sent and never returned; `what` as in "the key". */
export function SecretInput({ what, ...props }: PasswordInputProps & { what: string }) {
  return (
    <PasswordInput
      autoComplete="new-password"
      visibilityToggleButtonProps={{ "aria-label": `Show or hide ${what}` }}
      {...props}
    />
  );
}

export function ImportFromInput(props: TextInputProps) {
  return (
    <TextInput
      type="date"
      label="Import from"
      description="The first day to import. The default is 30 days ago."
      {...props}
    />
  );
}

/** @example toOptions({ up: "Up is good", down: "Down is good" }) // for a select */
export function toOptions(labels: Record<string, string>): { value: string; label: string }[] {
  return Object.entries(labels).map(([value, label]) => ({ value, label }));
}
