// What the customer's project offers: datasets, tables, columns. Whoever may not list them types the names.
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { unwrap, client } from "../api.ts";

const TYPING_MS = 400;
const FRESH_MS = 60_000;
/** As many names as an answer has at most; whoever has more types what is not offered. */
const ALL = { limit: "1000" };

export function useBrowsing(id: string, typedDataset: string, typedTable: string) {
  const [dataset] = useDebouncedValue(typedDataset.trim(), TYPING_MS);
  const [table] = useDebouncedValue(typedTable.trim(), TYPING_MS);
  const datasets = useQuery({
    ...{ queryKey: ["bigquery", id], staleTime: FRESH_MS, retry: false },
    queryFn: () =>
      unwrap(client.GET("/v1/integrations/{id}/bigquery/datasets", { params: { path: { id }, query: ALL } })),
  });
  const tables = useQuery({
    ...{ queryKey: ["bigquery", id, dataset], staleTime: FRESH_MS, retry: false },
    enabled: dataset !== "" && mayBeThere(datasets, datasets.data?.datasets, dataset),
    queryFn: () =>
      unwrap(
        client.GET("/v1/integrations/{id}/bigquery/datasets/{dataset}/tables", {
          params: { path: { id, dataset }, query: ALL },
        }),
      ),
  });
  const columns = useQuery({
    ...{ queryKey: ["bigquery", id, dataset, table], staleTime: FRESH_MS, retry: false },
    enabled: table !== "" && mayBeThere(tables, tables.data?.tables, table),
    queryFn: () =>
      unwrap(
        client.GET("/v1/integrations/{id}/bigquery/datasets/{dataset}/tables/{table}/columns", {
          params: { path: { id, dataset, table } },
        }),
      ),
  });
  return {
    datasets: datasets.data?.datasets.map((one) => one.id) ?? [],
    tables: tables.data?.tables.map((one) => one.id) ?? [],
    // An event is mapped from columns with one value: none of an array, and none within a struct.
    columns: columns.data?.columns.filter(({ name, mode }) => mode !== "REPEATED" && !name.includes(".")) ?? [],
    message: datasets.error?.message ?? null,
  };
}

interface Listing {
  isError: boolean;
  data?: { next: string | null } | undefined;
}

/** A half-typed name would be asked for in vain, but names that were not listed, or not all, may be there. */
function mayBeThere({ isError, data }: Listing, listed: { id: string }[] | undefined, name: string): boolean {
  return isError || (data !== undefined && data.next !== null) || (listed?.some(({ id }) => id === name) ?? false);
}
