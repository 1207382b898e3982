// Where the Portal starts.
import "@mantine/core/styles.css";
import { MantineProvider } from "@mantine/core";
import { MutationCache, QueryCache, QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { ApiError } from "./api.ts";
import { App } from "./App.tsx";
import { SESSION_KEY } from "./session/session.ts";
import { cssVariables, theme } from "./ui/theme.ts";

/** A session that ended shows the sign-in page, wherever that is noticed. */
function onError(error: unknown): void {
  if (error instanceof ApiError && error.status === 401) queries.setQueryData(SESSION_KEY, null);
}

const queries: QueryClient = new QueryClient({
  queryCache: new QueryCache({ onError }),
  mutationCache: new MutationCache({ onError }),
  defaultOptions: {
    // A refusal is final; a network or a server that is down is asked again.
    queries: { retry: (failures, error) => failures < 2 && !(error instanceof ApiError && error.status in REFUSALS) },
  },
});
const REFUSALS = { 400: true, 401: true, 403: true, 404: true, 409: true };

createRoot(document.querySelector("#root")!).render(
  <StrictMode>
    <MantineProvider theme={theme} cssVariablesResolver={cssVariables} defaultColorScheme="auto">
      <QueryClientProvider client={queries}>
        <App />
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
);
