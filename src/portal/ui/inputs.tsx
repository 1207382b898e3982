// Fields that several forms have.
import { PasswordInput, TextInput, type PasswordInputProps, type TextInputProps } from "@mantine/core";

/** A secret that is written and never read back; `what` as in "the key". */
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
      description="The first day imported; 30 days ago unless set."
      {...props}
    />
  );
}

/** Text as people paste it, with blanks around it; nothing for an empty field. */
export const filled = (text: string): string | undefined => text.trim() || undefined;
