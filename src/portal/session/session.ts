// The session of the user. The API key is sent once. After that the browser has a cookie that scripts cannot read.
import { type QueryClient, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { ApiError, client, unwrap, type Schemas } from "../api.ts";

type Session = Schemas["Session"];
export const SESSION_KEY = ["session"];

/** Null without a session. Fetched again when the page gets the focus: another tab may have changed the workspace. */
export function useSession() {
  const queryClient = useQueryClient();
  return useQuery({
    queryKey: SESSION_KEY,
    queryFn: async () => {
      try {
        const session = await unwrap(client.GET("/v1/session"));
        const before = queryClient.getQueryData<Session | null>(SESSION_KEY);
        if (before && before.workspace.id !== session.workspace.id) clearOtherQueries(queryClient);
        return session;
      } catch (error) {
        if (error instanceof ApiError && error.status === 401) return null;
        throw error;
      }
    },
  });
}

export function useSignIn() {
  return useSessionMutation((apiKey: string) => unwrap(client.POST("/v1/session", { body: { apiKey } })));
}

export function useSignOut() {
  return useSessionMutation(() => unwrap(client.DELETE("/v1/session")).then(() => null));
}

function useSessionMutation<V = void>(change: (value: V) => Promise<Session | null>) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSuccess: (session) => {
      clearOtherQueries(queryClient);
      queryClient.setQueryData(SESSION_KEY, session);
    },
  });
}

/** Removes everything of the workspace before. The session itself has observers, so it is only replaced. */
function clearOtherQueries(queryClient: QueryClient): void {
  queryClient.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== SESSION_KEY[0] });
}
