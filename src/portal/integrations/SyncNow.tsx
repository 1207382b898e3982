// Sync now, and what becomes of that request.
import { Button, Group, Text } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState, type ReactNode } from "react";
import { answer, client } from "../api.ts";
import { keys, useChange } from "../queries.ts";

const POLL_MS = 1_000;
const WORDS = { queued: "Sync queued.", running: "Syncing…", done: "Sync done" } as const;

interface SyncNowProps {
  id: string;
  disabled: boolean;
  /** Buttons beside it. */
  children: ReactNode;
}

export function SyncNow({ id, disabled, children }: SyncNowProps) {
  const queries = useQueryClient();
  const [requestId, setRequestId] = useState<string | null>(null);
  const ask = useChange(async () => {
    const { requestId: made } = await answer(client.POST("/v1/integrations/{id}/sync", { params: { path: { id } } }));
    setRequestId(made);
  });
  const progress = useQuery({
    queryKey: ["sync", id, requestId],
    queryFn: () =>
      answer(
        client.GET("/v1/integrations/{id}/sync/{requestId}", {
          params: { path: { id, requestId: requestId ?? "" } },
        }),
      ),
    enabled: requestId !== null,
    refetchInterval: ({ state }) => (state.data?.status === "done" ? false : POLL_MS),
  });
  const isDone = progress.data?.status === "done";
  // What the run changed is asked for at once.
  useEffect(() => {
    if (isDone) void queries.invalidateQueries({ queryKey: keys.integrations });
  }, [isDone, queries]);
  return (
    <Group gap="xs">
      <Button disabled={disabled} loading={ask.isPending} onClick={() => ask.mutate()}>
        Sync now
      </Button>
      {children}
      <Text size="sm" role="status" aria-live="polite" aria-label="Your sync">
        {ask.error?.message ?? progress.error?.message ?? (progress.data && words(progress.data))}
      </Text>
    </Group>
  );
}

function words({ status, outcome }: { status: keyof typeof WORDS; outcome?: string }): string {
  return status === "done" ? `${WORDS.done}: ${outcome ?? "ended"}.` : WORDS[status];
}
