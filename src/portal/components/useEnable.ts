// Enable: creates the integration; the page that follows tests it.
import { useQueryClient } from "@tanstack/react-query";
import type { UseFormReturnType } from "@mantine/form";
import { useState } from "react";
import type { components } from "../api.generated.ts";
import { answer, client } from "../api.ts";
import { showErrors } from "../fieldErrors.ts";
import { keys } from "../queries.ts";

type NewIntegration = components["schemas"]["NewIntegration"];

export function useEnable<T extends object>(form: UseFormReturnType<T>, onEnabled: (id: string) => void) {
  const queries = useQueryClient();
  const [isPending, setPending] = useState(false);
  const [message, setMessage] = useState<string | null>(null);
  const enable = async (body: NewIntegration) => {
    setPending(true);
    setMessage(null);
    try {
      const { id } = await answer(client.POST("/v1/integrations", { body }));
      await queries.invalidateQueries({ queryKey: keys.integrations });
      onEnabled(id);
    } catch (error) {
      setMessage(showErrors(form, error));
    } finally {
      setPending(false);
    }
  };
  return { enable, isPending, message };
}

/** Text as people paste it, with blanks around it; nothing for an empty field. */
export const filled = (text: string): string | undefined => text.trim() || undefined;
