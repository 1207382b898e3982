// What Mixpanel tells about the service account: its projects, their time zones and its roles.
import { SyncError } from "../../domain/errors.ts";
import { type MixpanelProject, readProject } from "./accountResponse.ts";
import { sendRequest, SERVICE_NAMES } from "./client.ts";
import { refusalError } from "./errors.ts";
import { type MixpanelCall, settingsOf } from "./options.ts";

/** Room for 20,000 projects with 3 KB each. */
const MAX_BODY_BYTES = 64 * 1024 * 1024;
const TIMEOUT_MS = 30_000;

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
