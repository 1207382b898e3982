// Finds the tables that a statement reads and changes, to check rights and locations.
import type { TableName } from "./google.ts";

export interface NamedTables {
  read: TableName[];
  changed: TableName[];
  /** The permission that the changes need. */
  permission: string;
}

const PART = "(?:`[^`]+`|[A-Za-z_][\\w-]*)";
const NAME = `(${PART}(?:\\.${PART}){0,2})`;
const CHANGES: [pattern: RegExp, permission: string][] = [
  [new RegExp(`\\bMERGE\\s+(?:INTO\\s+)?${NAME}`, "gi"), "bigquery.tables.updateData"],
  [new RegExp(`\\bINSERT\\s+(?:INTO\\s+)?${NAME}`, "gi"), "bigquery.tables.updateData"],
  [new RegExp(`^\\s*UPDATE\\s+${NAME}`, "gi"), "bigquery.tables.updateData"],
  [new RegExp(`\\bDELETE\\s+(?:FROM\\s+)?${NAME}\\s+(?:\\w+\\s+)?WHERE`, "gi"), "bigquery.tables.updateData"],
  [new RegExp(`\\bTRUNCATE\\s+TABLE\\s+${NAME}`, "gi"), "bigquery.tables.updateData"],
  [
    new RegExp(`\\bCREATE\\s+(?:OR\\s+REPLACE\\s+)?(?:TABLE|VIEW)\\s+(?:IF\\s+NOT\\s+EXISTS\\s+)?${NAME}`, "gi"),
    "bigquery.tables.create",
  ],
  [new RegExp(`\\bALTER\\s+TABLE\\s+(?:IF\\s+EXISTS\\s+)?${NAME}`, "gi"), "bigquery.tables.update"],
  [new RegExp(`\\bDROP\\s+(?:TABLE|VIEW)\\s+(?:IF\\s+EXISTS\\s+)?${NAME}`, "gi"), "bigquery.tables.delete"],
];
const READS = new RegExp(`\\b(?:FROM|JOIN|USING)\\s+${NAME}`, "gi");

export function namedTables(sql: string, projectId: string, defaultDataset: Partial<TableName> | null): NamedTables {
  const text = withoutTextAndComments(sql);
  const local = new Set([...text.matchAll(/\b([A-Za-z_]\w*)\s+AS\s*\(/gi)].map((match) => match[1]));
  const names = (pattern: RegExp) =>
    [...text.matchAll(pattern)]
      .map((match) => match[1] ?? "")
      .filter((name) => !local.has(name))
      .flatMap((name) => named(name, projectId, defaultDataset));
  const changed: TableName[] = [];
  let permission = "bigquery.tables.updateData";
  for (const [pattern, needed] of CHANGES) {
    const found = names(pattern);
    if (found.length > 0) permission = needed;
    changed.push(...found);
  }
  return { read: names(READS), changed, permission };
}

/** A name without a dataset is in the default dataset. Without one it is an alias, or an error of the statement. */
function named(text: string, projectId: string, defaultDataset: Partial<TableName> | null): TableName[] {
  const parts = text.replaceAll("`", "").split(".");
  // INFORMATION_SCHEMA belongs to a dataset and is not a table.
  if (parts.some((part) => part.toUpperCase() === "INFORMATION_SCHEMA")) return [];
  const [tableId, datasetId, project] = [parts.at(-1), parts.at(-2), parts.slice(0, -2).join(".")];
  if (tableId === undefined) return [];
  if (datasetId !== undefined) return [{ projectId: project === "" ? projectId : project, datasetId, tableId }];
  return defaultDataset?.datasetId === undefined
    ? []
    : [{ projectId: defaultDataset.projectId ?? projectId, datasetId: defaultDataset.datasetId, tableId }];
}

function withoutTextAndComments(sql: string): string {
  return sql.replaceAll(
    /`[^`]*`|'''[\s\S]*?'''|"""[\s\S]*?"""|'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|--[^\n]*|#[^\n]*|\/\*[\s\S]*?\*\//g,
    (found) => (found.startsWith("`") ? found : " '' "),
  );
}
