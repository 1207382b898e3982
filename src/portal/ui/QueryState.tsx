// Shows a query: a placeholder while it loads, its error, its data, and a button for the next page.
import { Button } from "@mantine/core";
import type { ReactNode } from "react";
import { ErrorAlert } from "./ErrorAlert.tsx";
import { Loading } from "./Loading.tsx";

interface QueryStateProps<T> {
  query: {
    data: T | undefined;
    error: Error | null;
    isPending: boolean;
    refetch: () => unknown;
    /** The last three are set for lists that are fetched page by page. */
    hasNextPage?: boolean;
    isFetchingNextPage?: boolean;
    fetchNextPage?: () => unknown;
  };
  /** For screen readers, as in "Loading runs". */
  loading: string;
  rows?: number;
  more?: string;
  children: (data: T) => ReactNode;
}

/** Data that was fetched before an error stays on the page, below the error. */
export function QueryState<T>({ query, loading, rows, more = "More", children }: QueryStateProps<T>) {
  return (
    <>
      {query.isPending && <Loading label={loading} rows={rows} />}
      {query.error && <ErrorAlert error={query.error} onRetry={query.refetch} />}
      {query.data !== undefined && children(query.data)}
      {query.hasNextPage && (
        <Button
          variant="default"
          size="xs"
          style={{ alignSelf: "flex-start" }}
          loading={query.isFetchingNextPage}
          onClick={() => void query.fetchNextPage?.()}
        >
          {more}
        </Button>
      )}
    </>
  );
}
