// What a customer needs beside the field of an account: whom to let act as it, and what proves that it is theirs.
import { Stack, Text } from "@mantine/core";
import { CopyText } from "../ui/CopyText.tsx";
import type { Provider } from "./providers.tsx";

const PROOF_PREFIX = "crosscurrent:";

/** Nothing for other fields. */
export function AccountAccess({ access, field }: { access: Provider["access"]; field: string }) {
  if (access === undefined || access.field !== field) return null;
  const { principal, code, needsProof } = access;
  return (
    <Stack gap={4}>
      <Text size="sm">
        {principal === null
          ? "Let the account of this service act as it. Its operator tells you the address."
          : "Let this account act as it:"}
      </Text>
      {principal !== null && <CopyText text={principal} what="the account to grant access to" />}
      <Text size="sm">
        {needsProof
          ? "Write this into its description, which proves that it is yours:"
          : "Write this into its description to prove that it is yours. Else the first workspace to use it holds it:"}
      </Text>
      <CopyText text={`${PROOF_PREFIX}${code}`} what="the proof" />
    </Stack>
  );
}
