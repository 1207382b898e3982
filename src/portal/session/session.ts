// Who is signed in. The key goes to the server once; from then on the browser holds a cookie that no script can read.
import { type QueryClient, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { components } from "../../../generated/api.ts";
import { answer, ApiError, client } from "../api.ts";

type Session = components["schemas"]["Session"];
export const SESSION_KEY = ["session"];

/** Null while nobody is. Asked again whenever the page is looked at: another tab may have signed in to another workspace. */
export function useSession() {
  const queries = useQueryClient();
  return useQuery({
    queryKey: SESSION_KEY,
    queryFn: async () => {
      try {
        const session = await answer(client.GET("/v1/session"));
        const before = queries.getQueryData<Session | null>(SESSION_KEY);
        if (before && before.workspace.id !== session.workspace.id) forgetAll(queries);
        return session;
      } catch (error) {
        if (error instanceof ApiError && error.status === 401) return null;
        throw error;
      }
    },
  });
}

export function useSignIn() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (apiKey: string) => answer(client.POST("/v1/session", { body: { apiKey } })),
    onSuccess: (session) => {
      forgetAll(queries);
      queries.setQueryData(SESSION_KEY, session);
    },
  });
}

export function useSignOut() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => answer(client.DELETE("/v1/session")),
    onSuccess: () => {
      forgetAll(queries);
      queries.setQueryData(SESSION_KEY, null);
    },
  });
}

/** Nothing of a workspace that was signed in before is shown. The session itself is being watched, so it is only replaced. */
function forgetAll(queries: QueryClient): void {
  queries.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== SESSION_KEY[0] });
}
