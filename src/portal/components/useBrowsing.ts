// What the customer's project offers: datasets, tables, columns. Whoever may not list them types the names.
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { answer, client } from "../api.ts";

const TYPING_MS = 400;
const FRESH_MS = 60_000;

export function useBrowsing(id: string, typedDataset: string, typedTable: string) {
  const [dataset] = useDebouncedValue(typedDataset.trim(), TYPING_MS);
  const [table] = useDebouncedValue(typedTable.trim(), TYPING_MS);
  const datasets = useQuery({
    ...{ queryKey: ["bigquery", id], staleTime: FRESH_MS, retry: false },
    queryFn: () => answer(client.GET("/v1/integrations/{id}/bigquery/datasets", { params: { path: { id } } })),
  });
  const tables = useQuery({
    ...{ queryKey: ["bigquery", id, dataset], staleTime: FRESH_MS, retry: false },
    enabled: dataset !== "",
    queryFn: () =>
      answer(
        client.GET("/v1/integrations/{id}/bigquery/datasets/{dataset}/tables", { params: { path: { id, dataset } } }),
      ),
  });
  const columns = useQuery({
    ...{ queryKey: ["bigquery", id, dataset, table], staleTime: FRESH_MS, retry: false },
    // A half-typed name would be asked for in vain.
    enabled: tables.data?.tables.some((one) => one.id === table) ?? false,
    queryFn: () =>
      answer(
        client.GET("/v1/integrations/{id}/bigquery/datasets/{dataset}/tables/{table}/columns", {
          params: { path: { id, dataset, table } },
        }),
      ),
  });
  return {
    datasets: datasets.data?.datasets.map((one) => one.id) ?? [],
    tables: tables.data?.tables.map((one) => one.id) ?? [],
    columns: columns.data?.columns ?? [],
    message: datasets.error?.message ?? null,
  };
}
