// The names of a project's events, to tell which event to import does not exist.
import { z } from "zod";
import type { ListedNames } from "../../domain/event.ts";
import { SyncError } from "../../domain/errors.ts";
import { MAX_ERROR_BODY_BYTES, parseJson } from "../http.ts";
import { fetchProject } from "./account.ts";
import { sendRequest, SERVICE_NAMES } from "./client.ts";
import { refusalError } from "./errors.ts";
import { type MixpanelCall, settingsOf } from "./options.ts";

export const EVENT_NAMES_TIMEOUT_MS = 30_000;

/** The most that Mixpanel returns. A name has at most 255 characters, of at most 4 bytes or 6 in escapes. */
const MAX_NAMES = 5_000;
const MAX_BODY_BYTES = MAX_NAMES * 255 * 6;

const namesResponse = z.array(z.string());

/** The names of the last 31 days. The request counts towards the project's 60 queries an hour. */
export async function listEventNames(call: MixpanelCall): Promise<ListedNames> {
  const { connection } = call;
  // Costs nothing, and no query is spent for an account that does not see the project.
  if ((await fetchProject(call)) === null) {
    throw new SyncError("permission", "The Mixpanel service account does not see this project.");
  }
  const response = await sendRequest(call, {
    service: "api",
    method: "GET",
    path: "/api/query/events/names",
    query: { project_id: settingsOf(connection).projectId, type: "general", limit: String(MAX_NAMES) },
    timeoutMs: EVENT_NAMES_TIMEOUT_MS,
  });
  const text = await response.text(response.status === 200 ? MAX_BODY_BYTES : MAX_ERROR_BODY_BYTES);
  if (response.status === 429) {
    throw new SyncError("rate_limited", `${SERVICE_NAMES.api} has no requests left for now. Try again later.`);
  }
  if (response.status !== 200) throw refusalError(connection, response.status, text, "the list of event names");
  const { data } = namesResponse.safeParse(parseJson(text));
  if (data === undefined) throw new SyncError("transient", `${SERVICE_NAMES.api} sent a response of unknown form.`);
  return { names: data, isWhole: data.length < MAX_NAMES };
}
