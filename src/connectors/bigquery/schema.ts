// The columns of a source table.
export interface TableColumn {
  name: string;
  type: string;
  mode: "NULLABLE" | "REQUIRED" | "REPEATED";
  fields: TableColumn[];
}
export interface Mapping {
  event: string;
  user: string;
  timestamp: string;
  uuid: string;
}
