// What the tests of the BigQuery import share.
import type { TableColumn } from "../../../src/connectors/bigquery/schema.ts";

export function columnOf(name: string, type: string, more: Partial<TableColumn> = {}): TableColumn {
  return { name, type, mode: "NULLABLE", fields: [], ...more };
}
