// The buttons that control the sync: Sync now with the progress of its request, and Pause or Resume.
import { Button, Group, Text } from "@mantine/core";
import { client, type Integration } from "../api.ts";
import { ErrorAlert } from "../ui/ErrorAlert.tsx";
import { useIntegrationMutation } from "./queries.ts";
import { useSyncRequest } from "./useSyncRequest.ts";

export function SyncButtons({ integration }: { integration: Integration }) {
  const { id } = integration;
  const isPaused = integration.status === "paused";
  const params = { path: { id } };
  const pause = useIntegrationMutation(() =>
    isPaused
      ? client.POST("/v1/integrations/{id}/resume", { params })
      : client.POST("/v1/integrations/{id}/pause", { params }),
  );
  const sync = useIntegrationMutation(() => client.POST("/v1/integrations/{id}/sync", { params }));
  const progress = useSyncRequest(id, sync.data?.requestId);
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
          {sync.error?.message ?? progress}
        </Text>
      </Group>
    </>
  );
}
