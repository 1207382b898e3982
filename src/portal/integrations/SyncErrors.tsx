// Errors of directions and events: what happened, what to do, since when. An error of several is shown once.
import { Text } from "@mantine/core";
import type { Schemas } from "../api.ts";
import { ErrorAlert } from "../ui/ErrorAlert.tsx";
import { RelativeTime } from "../ui/RelativeTime.tsx";

type ErrorState = Schemas["ErrorState"];
type MaybeError = ErrorState | undefined;

export const ERROR_TITLES: Record<ErrorState["kind"], string> = {
  auth: "The credentials were refused",
  permission: "A permission is missing",
  not_found: "Something was not found",
  schema: "The data has an unexpected form",
  rate_limited: "The provider's rate limit is reached",
  transient: "The provider could not be reached",
  rejected_record: "Records were rejected",
  bug: "Something went wrong in Crosscurrent",
};

/** `except` is an error that is shown elsewhere on the page. */
export function SyncErrors({ of, except }: { of: { name: string; error?: MaybeError }[]; except?: MaybeError }) {
  const byMessage = new Map<string, { names: string[]; error: ErrorState }>();
  for (const { name, error } of of) {
    if (error === undefined || error.message === except?.message) continue;
    const same = byMessage.get(error.message);
    if (same) same.names.push(name);
    else byMessage.set(error.message, { names: [name], error });
  }
  return [...byMessage.values()].map(({ names, error }) => (
    <ErrorAlert key={error.message} title={`${names.join(", ")}: ${ERROR_TITLES[error.kind]}`}>
      <Text style={{ overflowWrap: "anywhere" }}>{error.message}</Text>
      <Text c="dimmed">
        Since <RelativeTime at={error.since} />
      </Text>
    </ErrorAlert>
  ));
}
