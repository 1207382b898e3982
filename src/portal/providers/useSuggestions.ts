// What an integration's project offers for the fields of an event: datasets, tables, columns.
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { client, unwrap, type ApiCall } from "../api.ts";
import { WHOLE_LIST } from "../queries.ts";
import type { ProviderField, Values } from "./fields.ts";
import type { Provider } from "./providers.tsx";

const TYPING_MS = 400;
const FRESH_MS = 60_000;

interface Names {
  datasets?: { id: string }[];
  tables?: { id: string }[];
  columns?: { name: string; type: string; mode: string }[];
  next?: string | null;
}

export function useSuggestions(id: string, provider: Provider, values: Values) {
  const typed = (list: string) => {
    const field = provider.event.find(({ suggest }) => suggest?.list === list);
    return field === undefined ? undefined : (values[field.name] ?? "").trim();
  };
  const [dataset] = useDebouncedValue(typed("datasets"), TYPING_MS);
  const [table] = useDebouncedValue(typed("tables"), TYPING_MS);
  const datasets = useNames(id, `${provider.id}/datasets`, dataset !== undefined);
  const tablesPath = `${provider.id}/datasets/${encodeURIComponent(dataset ?? "")}/tables`;
  const tables = useNames(id, tablesPath, mayExist(datasets, datasets.data?.datasets, dataset));
  const columnsPath = `${tablesPath}/${encodeURIComponent(table ?? "")}/columns`;
  const columns = useNames(id, columnsPath, mayExist(tables, tables.data?.tables, table));
  return {
    /** Undefined for a field without suggestions. */
    of: ({ suggest }: ProviderField): string[] | undefined => {
      if (suggest?.list === "datasets") return datasets.data?.datasets?.map((one) => one.id) ?? [];
      if (suggest?.list === "tables") return tables.data?.tables?.map((one) => one.id) ?? [];
      if (suggest?.list !== "columns") return undefined;
      // A field takes columns with one value: none of an array, and none within a struct.
      const single = columns.data?.columns?.filter(({ name, mode }) => mode !== "REPEATED" && !name.includes("."));
      return single?.filter(({ type }) => suggest.types?.includes(type)).map(({ name }) => name) ?? [];
    },
    message: datasets.error?.message ?? null,
  };
}

function useNames(id: string, path: string, enabled: boolean) {
  const params = { query: WHOLE_LIST };
  return useQuery({
    queryKey: ["suggestions", id, path],
    // The paths of lists contain the id of the provider, so the types of the API do not know them.
    queryFn: () => unwrap(client.GET(`/v1/integrations/${id}/${path}` as never, { params } as never) as ApiCall<Names>),
    enabled,
    staleTime: FRESH_MS,
    retry: false,
  });
}

/** A half-typed name is not asked for. A name may exist without being listed if the list failed or is not whole. */
function mayExist(
  { isError, data }: { isError: boolean; data: Names | undefined },
  listed: { id: string }[] | undefined,
  name = "",
): boolean {
  if (name === "") return false;
  return isError || (data?.next ?? null) !== null || (listed?.some(({ id }) => id === name) ?? false);
}
