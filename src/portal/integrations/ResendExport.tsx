// Sends all buckets again, for a destination that was made anew or has lost rows.
import { Button, Group, Text } from "@mantine/core";
import { client, type Integration } from "../api.ts";
import { useIntegrationMutation } from "./queries.ts";
import { useSyncRequest } from "./useSyncRequest.ts";

export function ResendExport({ integration: { id, status, export: exported } }: { integration: Integration }) {
  const resend = useIntegrationMutation(() =>
    client.POST("/v1/integrations/{id}/export/resend", { params: { path: { id } }, body: {} }),
  );
  const progress = useSyncRequest(id, resend.data?.requestId);
  if (!exported.enabled) return null;
  return (
    <Group gap="xs">
      <Button
        variant="default"
        size="xs"
        disabled={status === "paused"}
        loading={resend.isPending}
        onClick={() => resend.mutate()}
      >
        Send everything again
      </Button>
      <Text role="status" aria-live="polite" aria-label="Sending everything again">
        {resend.error?.message ?? progress}
      </Text>
    </Group>
  );
}
