// What several forms need for their fields.
import { PasswordInput, type PasswordInputProps } from "@mantine/core";

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

export function toOptions<Value extends string>(labels: Record<Value, string>): { value: Value; label: string }[] {
  return Object.entries<string>(labels).map(([value, label]) => ({ value: value as Value, label }));
}
