// Adding an event to import, with what the server says at the fields.
import type { UseFormReturnType } from "@mantine/form";
import { useState } from "react";
import type { components } from "../api.generated.ts";
import { answer, client } from "../api.ts";
import { showErrors } from "../fieldErrors.ts";
import { useChange } from "../queries.ts";

type NewEvent = components["schemas"]["NewMixpanelEvent"] | components["schemas"]["NewBigQueryEvent"];

export function useAddEvent<T extends object>(id: string, form: UseFormReturnType<T>, onAdded: () => void) {
  const [message, setMessage] = useState<string | null>(null);
  const add = useChange((body: NewEvent) =>
    answer(client.POST("/v1/integrations/{id}/events", { params: { path: { id } }, body })),
  );
  return {
    isPending: add.isPending,
    message,
    add: (body: NewEvent) => {
      setMessage(null);
      add.mutate(body, { onSuccess: onAdded, onError: (error) => setMessage(showErrors(form, error)) });
    },
  };
}
