// Output of commands: lines for people, or one JSON line per row for scripts.
import type { Integration } from "../domain/integration.ts";
import { toIntegrationResponse } from "../api/integrations/responses.ts";

/** The streams that commands write to. Tests pass their own. */
export interface Output {
  print: (text: string) => void;
  printError: (text: string) => void;
}

export const processOutput: Output = {
  print: (text) => void process.stdout.write(text),
  printError: (text) => void process.stderr.write(text),
};

export type Row = Record<string, unknown>;

export function describe(row: Integration): Row {
  const { temporalUrl: _unknown, importCost: _notSaid, ...view } = toIntegrationResponse(row);
  return { ...view, workspaceId: row.workspaceId };
}

export function printRows(output: Output, rows: Row[], json: boolean): void {
  for (const row of rows) output.print(`${json ? JSON.stringify(row) : readable(row).join("\n")}\n`);
}

/** A headline `id  status`, then a line per further field or item. Nested fields are named by their path. */
function readable(row: Row): string[] {
  const { id, status, ...rest } = row;
  const headline = [id, row.requestId, status].filter((part) => typeof part === "string").join("  ");
  return [headline, ...flatten(rest).map(([path, value]) => `  ${path}: ${value}`)];
}

function flatten(row: Row, prefix = ""): [path: string, value: string][] {
  return Object.entries(row).flatMap(([key, value]): [string, string][] => {
    if (value === null || value === undefined) return [];
    const path = `${prefix}${key}`;
    if (typeof value === "string") return [[path, value]];
    if (Array.isArray(value)) return value.map((item) => [path, itemText(item)]);
    return typeof value === "object" ? flatten(value as Row, `${path}.`) : [[path, JSON.stringify(value)]];
  });
}

/** Warnings and steps of tests are sentences; other items are shown as JSON. */
function itemText(item: unknown): string {
  const { name, ok, message } = (typeof item === "object" && item !== null ? item : {}) as Row;
  const said = typeof message === "string" ? message : null;
  if (typeof name === "string" && typeof ok === "boolean") {
    return [name, ok ? "ok" : "failed", said].filter((part) => part !== null).join(": ");
  }
  return said ?? JSON.stringify(item);
}
