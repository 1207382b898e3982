// The buttons that control the sync: Sync now with the progress of its request, and Pause or Resume.
import { Button, Group, Text } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { client, type Integration, type Schemas } from "../api.ts";
import { useApiQuery } from "../queries.ts";
import { outcomeText } from "../ui/time.ts";
import { ErrorAlert } from "../ui/ErrorAlert.tsx";
import { integrationKey, useIntegrationMutation } from "./queries.ts";

const POLL_MS = 1_000;
const PROGRESS = { queued: "Sync queued.", running: "Syncing…" } as const;

export function SyncButtons({ integration }: { integration: Integration }) {
  const { id } = integration;
  const isPaused = integration.status === "paused";
  const queryClient = useQueryClient();
  const params = { path: { id } };
  const pause = useIntegrationMutation(() =>
    isPaused
      ? client.POST("/v1/integrations/{id}/resume", { params })
      : client.POST("/v1/integrations/{id}/pause", { params }),
  );
  const sync = useIntegrationMutation(() => client.POST("/v1/integrations/{id}/sync", { params }));
  const requestId = sync.data?.requestId ?? "";
  const request = useApiQuery(
    ["syncRequests", id, requestId],
    () => client.GET("/v1/integrations/{id}/sync/{requestId}", { params: { path: { id, requestId } } }),
    { enabled: requestId !== "", refetchInterval: ({ state }) => (state.data?.status === "done" ? false : POLL_MS) },
  );
  const isDone = request.data?.status === "done";
  // The run has changed what the page shows.
  useEffect(() => {
    if (isDone) void queryClient.invalidateQueries({ queryKey: integrationKey(id) });
  }, [isDone, id, queryClient]);
  return (
    <>
      {pause.error && <ErrorAlert title="Nothing was changed" error={pause.error} />}
      <Group gap="xs">
        <Button disabled={isPaused} loading={sync.isPending} onClick={() => sync.mutate()}>
          Sync now
        </Button>
        <Button variant="default" loading={pause.isPending} onClick={() => pause.mutate()}>
          {isPaused ? "Resume" : "Pause"}
        </Button>
        <Text role="status" aria-live="polite" aria-label="Your sync">
          {sync.error?.message ?? request.error?.message ?? (request.data && progressText(request.data))}
        </Text>
      </Group>
    </>
  );
}

function progressText({ status, outcome }: Schemas["SyncRequest"]): string {
  return status === "done" ? `Sync done: ${outcomeText(outcome ?? "ended")}.` : PROGRESS[status];
}
