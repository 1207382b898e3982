// What Mixpanel says about the service account: its projects, their zones and its roles. Costs nothing of the query budget.
import type { Connection } from "../../domain/connection.ts";
import { z } from "zod";
import { SyncError } from "../../domain/errors.ts";
import { readText } from "../http.ts";
import { refusalError, secretsOf } from "./errors.ts";
import { basicAuth, originsOf, projectKey, settingsOf } from "./options.ts";
import type { MixpanelContext } from "./options.ts";

const SERVICE = "Mixpanel's application API";
const MAX_BODY_BYTES = 8 * 1024 * 1024;
const TIMEOUT_MS = 30_000;
const ZONE_CACHE_MS = 3_600_000;
const MAX_CACHED_ZONES = 10_000;

const role = z.union([z.string(), z.object({ name: z.string() }).transform((value) => value.name)]);
const project = z.object({
  timezone: z.string().optional(),
  role: role.optional().catch(undefined),
});
const meAnswer = z.object({ results: z.object({ projects: z.record(z.string(), project) }) });

export type MixpanelProject = z.infer<typeof project>;

/** The project of the connection as the account sees it; null where it does not see it. */
export async function fetchProject(
  context: MixpanelContext,
  connection: Connection,
  signal: AbortSignal,
): Promise<MixpanelProject | null> {
  const { region, projectId } = settingsOf(connection);
  const answer = await context.http.send(SERVICE, {
    method: "GET",
    url: new URL("/api/app/me?include_workspace_users=false", originsOf(context.options, region).api),
    headers: { authorization: basicAuth(connection), accept: "application/json" },
    signal,
    headersTimeoutMs: TIMEOUT_MS,
    bodyIdleTimeoutMs: TIMEOUT_MS,
  });
  const { text } = await readText(SERVICE, answer, MAX_BODY_BYTES, signal);
  if (answer.status === 429) throw new SyncError("rate_limited", `${SERVICE} asks to come back later.`);
  if (answer.status !== 200) {
    const action = "the look-up of the service account";
    throw refusalError({
      status: answer.status,
      body: text,
      action,
      hidden: secretsOf(connection),
    });
  }
  return parseMe(text).results.projects[projectId] ?? null;
}

function parseMe(text: string): z.infer<typeof meAnswer> {
  try {
    return meAnswer.parse(JSON.parse(text));
  } catch {
    throw new SyncError("transient", `${SERVICE} gave an answer that is not understood.`);
  }
}

export type ZoneOf = (connection: Connection) => Promise<string | null>;

/** The zone of a project whose times are local, looked up once an hour; null for a project whose times are UTC. */
export function createZoneLookup(context: MixpanelContext): ZoneOf {
  const zones = new Map<string, { zone: string; atMs: number }>();
  return async (connection) => {
    if (settingsOf(connection).projectTime === "utc") return null;
    const key = projectKey(connection);
    const cached = zones.get(key);
    if (cached !== undefined && Date.now() - cached.atMs < ZONE_CACHE_MS) return cached.zone;
    const found = await fetchProject(context, connection, AbortSignal.timeout(TIMEOUT_MS));
    if (found === null) {
      throw new SyncError(
        "permission",
        "The Mixpanel service account does not see this project. Add it to the project with the role Admin or Owner.",
      );
    }
    if (found.timezone === undefined) {
      throw new SyncError(
        "schema",
        "Mixpanel does not name the time zone of this project. Check the project's settings.",
      );
    }
    if (zones.size >= MAX_CACHED_ZONES) zones.clear();
    zones.set(key, { zone: found.timezone, atMs: Date.now() });
    return found.timezone;
  };
}
