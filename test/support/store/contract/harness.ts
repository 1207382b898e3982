// What a store must bring along to be tested, and small helpers that the parts of the suite share.
import type { ImportedRow } from "../../../../src/domain/importedRow.ts";
import type { Integration, NewIntegration } from "../../../../src/domain/integration.ts";
import type { EventProgress } from "../../../../src/domain/progress.ts";
import type { Store } from "../../../../src/store/store.ts";

export const HOUR_MS = 3_600_000;
export const SEAL_GRACE_MS = 600_000;
export const MAX_AGE_DAYS = 90;
export const NOTHING: EventProgress = { completeThroughMs: null, unfinished: null };

export interface Harness {
  /** SEAL_GRACE_MS, MAX_AGE_DAYS, a look-back of 30 days. */
  store: Store;
  /** Moves the store's clock on. */
  advance(ms: number): Promise<void>;
  /** Stops the store's clock; from then on it only moves by `advance`. */
  freeze(): Promise<void>;
  close(): Promise<void>;
}

/** The suite runs in one harness; each test makes its own workspaces. */
export type GetHarness = () => Harness;

let projects = 0;

export async function newWorkspace(store: Store): Promise<string> {
  return (await store.workspaces.create("Test")).workspaceId;
}

export function mixpanel(projectId = String(++projects)): NewIntegration {
  return {
    provider: "mixpanel",
    settings: { projectId, region: "us", projectTime: "utc", serviceAccountUsername: "user" },
    secret: "the secret",
    importFrom: null,
    project: { key: projectId, name: `Mixpanel project ${projectId}` },
    deliversUpdates: false,
  };
}

export function bigQuery(datasetId: string | null = "analytics", projectId = `project-${++projects}`): NewIntegration {
  return {
    provider: "bigquery",
    settings: { projectId, datasetId, serviceAccountEmail: "sync@my-project.iam.gserviceaccount.com", location: "EU" },
    secret: null,
    importFrom: null,
    project: { key: `${projectId}/${datasetId ?? ""}`, name: `project ${projectId} and dataset ${datasetId}` },
    deliversUpdates: true,
  };
}

export const SOURCE = {
  dataset: "user_data",
  tableName: "donations",
  eventFieldName: "event_name",
  userIdFieldName: "user_id",
  timestampFieldName: "created_at",
  eventUuidFieldName: "event_uuid",
};

export async function newIntegration(
  store: Store,
  workspaceId?: string,
  input: NewIntegration = mixpanel(),
): Promise<Integration> {
  return store.integrations.create(workspaceId ?? (await newWorkspace(store)), input);
}

export async function newEvent(store: Store, integration: Integration, name = "purchase"): Promise<void> {
  await store.events.create(integration.workspaceId, integration.id, { name, description: null, source: null });
}

/** Discovers properties. Examples of those that identify the user are not kept. */
export function discover(store: Store, { id }: Pick<Integration, "id">): Promise<void> {
  return store.imports.discoverProperties(id, (source) => {
    const column = source?.["userIdFieldName"];
    return ["distinct_id", "$device_id", ...(typeof column === "string" ? [column] : [])];
  });
}

/** The integration as it is now. */
export async function reread(store: Store, integration: Integration): Promise<Integration> {
  const found = await store.integrations.get(integration.workspaceId, integration.id);
  if (found === null) throw new Error("The integration is gone.");
  return found;
}

export function uuidOf(n: number): string {
  return `00000000-0000-4000-8000-${n.toString(16).padStart(12, "0")}`;
}

export function row(n: number, properties: string, options: Partial<ImportedRow> = {}): ImportedRow {
  return {
    event: "purchase",
    uuid: uuidOf(n),
    userIds: [`user ${n}`],
    timestampMs: 1_700_000_000_000 + n,
    versionMs: null,
    properties,
    fields: fieldsOf(properties),
    ...options,
  };
}

function fieldsOf(properties: string): Record<string, unknown> {
  try {
    return JSON.parse(properties) as Record<string, unknown>;
  } catch {
    return {};
  }
}

export function commitRows(
  store: Store,
  integration: Integration,
  rows: ImportedRow[],
  options: Partial<Parameters<Store["imports"]["commitChunk"]>[0]> = {},
) {
  return store.imports.commitChunk({
    integrationId: integration.id,
    runId: "run",
    events: ["purchase"],
    from: NOTHING,
    rows,
    rejected: [],
    progress: null,
    ...options,
  });
}

/** Every item of a list, read in pages of `limit`. */
export async function readAll<T>(
  list: (page: { cursor: string | null; limit: number }) => Promise<{ items: T[]; next: string | null } | null>,
  limit: number,
): Promise<T[]> {
  const items: T[] = [];
  for (let cursor: string | null = null; ;) {
    const page = await list({ cursor, limit });
    if (page === null) throw new Error("There is no such list.");
    items.push(...page.items);
    if (page.next === null) return items;
    cursor = page.next;
  }
}
