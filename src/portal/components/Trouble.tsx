// An error of a leg or an event: what happened, what to do, since when.
import { Text } from "@mantine/core";
import type { LegError } from "../api.ts";
import { Notice } from "./Failure.tsx";
import { When } from "./When.tsx";

const KINDS: Record<LegError["kind"], string> = {
  auth: "The credentials were refused",
  permission: "A permission is missing",
  not_found: "Something was not found",
  schema: "The data has another form than expected",
  rate_limited: "The provider asks to wait",
  transient: "The provider could not be reached",
  rejected_record: "Records were refused",
  bug: "Something went wrong on this side",
};

export function Trouble({ of, error }: { of: string; error: LegError | undefined }) {
  if (error === undefined) return null;
  return (
    <Notice title={`${of}: ${KINDS[error.kind]}`}>
      <Text size="sm">{error.message}</Text>
      <Text size="sm" c="dimmed" mt={4}>
        Since <When at={error.since} />
      </Text>
    </Notice>
  );
}
