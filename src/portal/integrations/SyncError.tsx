// Errors of directions and events: what happened, what to do, since when. Those that share an error share one box.
import { Text } from "@mantine/core";
import type { ErrorState } from "../api.ts";
import { Notice } from "../ui/ErrorAlert.tsx";
import { When } from "../ui/RelativeTime.tsx";

export const KINDS: Record<ErrorState["kind"], string> = {
  auth: "The credentials were refused",
  permission: "A permission is missing",
  not_found: "Something was not found",
  schema: "The data has another form than expected",
  rate_limited: "The provider asks to wait",
  transient: "The provider could not be reached",
  rejected_record: "Records were refused",
  bug: "Something went wrong on this side",
};

interface Sufferer {
  name: string;
  error?: ErrorState | undefined;
}

interface TroublesProps {
  of: Sufferer[];
  /** Its error is shown elsewhere. */
  butFor?: ErrorState | undefined;
}

export function Troubles({ of, butFor }: TroublesProps) {
  const boxes = new Map<string, { names: string[]; error: ErrorState }>();
  for (const { name, error } of of) {
    if (error === undefined || error.message === butFor?.message) continue;
    const box = boxes.get(error.message);
    if (box === undefined) boxes.set(error.message, { names: [name], error });
    else box.names.push(name);
  }
  return [...boxes.values()].map(({ names, error }) => (
    <Notice key={error.message} title={`${names.join(", ")}: ${KINDS[error.kind]}`}>
      <Text size="sm" style={{ overflowWrap: "anywhere" }}>
        {error.message}
      </Text>
      <Text size="sm" c="dimmed" mt={4}>
        Since <When at={error.since} />
      </Text>
    </Notice>
  ));
}
