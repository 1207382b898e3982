// What Mixpanel tells about the service account: its projects, their time zones and its roles.
import { LRUCache } from "lru-cache";
import type { Connection } from "../../domain/connection.ts";
import { SyncError } from "../../domain/errors.ts";
import { type MixpanelProject, readProject } from "./accountResponse.ts";
import { sendRequest, SERVICE_NAMES } from "./client.ts";
import { refusalError } from "./errors.ts";
import { type MixpanelCall, type MixpanelContext, projectKey, settingsOf } from "./options.ts";

/** Room for 20,000 projects with 3 KB each. */
const MAX_BODY_BYTES = 64 * 1024 * 1024;
const TIMEOUT_MS = 30_000;
const ZONE_CACHE_MS = 3_600_000;
const MAX_CACHED_ZONES = 10_000;

/** Returns null if the service account does not see the connection's project. */
export async function fetchProject(call: MixpanelCall): Promise<MixpanelProject | null> {
  const response = await sendRequest(call, {
    service: "api",
    method: "GET",
    path: "/api/app/me",
    query: { include_workspace_users: "false" },
    timeoutMs: TIMEOUT_MS,
  });
  const text = await response.text(MAX_BODY_BYTES);
  if (response.status === 429) {
    throw new SyncError("rate_limited", `${SERVICE_NAMES.api} has no requests left for now. Try again later.`);
  }
  if (response.status !== 200) {
    throw refusalError(call.connection, response.status, text, "the look-up of the service account");
  }
  const project = readProject(text, settingsOf(call.connection).projectId);
  if (project === undefined) throw new SyncError("transient", `${SERVICE_NAMES.api} sent a response of unknown form.`);
  return project;
}

/** Returns the time zone of a project whose times are local, looked up once an hour; null if its times are UTC. */
export function createZoneLookup(context: MixpanelContext): (connection: Connection) => Promise<string | null> {
  const zones = new LRUCache<string, string>({ max: MAX_CACHED_ZONES, ttl: ZONE_CACHE_MS });
  return async (connection) => {
    if (settingsOf(connection).projectTime === "utc") return null;
    const cached = zones.get(projectKey(connection));
    if (cached !== undefined) return cached;
    const found = await fetchProject({ context, connection, signal: AbortSignal.timeout(TIMEOUT_MS) });
    if (found === null) {
      const remedy = "Add it to the project with the role Admin or Owner.";
      throw new SyncError("permission", `The Mixpanel service account does not see this project. ${remedy}`);
    }
    if (found.timezone === undefined) {
      throw new SyncError("schema", "Mixpanel names no time zone for this project. Check the project's settings.");
    }
    zones.set(projectKey(connection), found.timezone);
    return found.timezone;
  };
}
