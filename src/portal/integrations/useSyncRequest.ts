// The progress of a sync request, in words. When its run is done, the page fetches what it shows again.
import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { client, type Schemas } from "../api.ts";
import { useApiQuery } from "../queries.ts";
import { outcomeText } from "../ui/time.ts";
import { integrationKey } from "./queries.ts";

const POLL_MS = 1_000;
const PROGRESS = { queued: "Sync queued.", running: "Syncing…" } as const;

/** Undefined until there is a request. */
export function useSyncRequest(id: string, requestId: string | undefined): string | undefined {
  const queryClient = useQueryClient();
  const request = useApiQuery(
    ["syncRequests", id, requestId],
    () =>
      client.GET("/v1/integrations/{id}/sync/{requestId}", { params: { path: { id, requestId: requestId ?? "" } } }),
    {
      enabled: requestId !== undefined,
      refetchInterval: ({ state }) => (state.data?.status === "done" ? false : POLL_MS),
    },
  );
  const isDone = request.data?.status === "done";
  useEffect(() => {
    if (isDone) void queryClient.invalidateQueries({ queryKey: integrationKey(id) });
  }, [isDone, id, queryClient]);
  return request.error?.message ?? (request.data && progressText(request.data));
}

function progressText({ status, outcome }: Schemas["SyncRequest"]): string {
  return status === "done" ? `Sync done: ${outcomeText(outcome ?? "ended")}.` : PROGRESS[status];
}
