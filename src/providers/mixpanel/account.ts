// What Mixpanel tells about the service account: its projects, their time zones and its roles.
import { z } from "zod";
import { SyncError } from "../../domain/errors.ts";
import { parseJson } from "../http.ts";
import { sendRequest, SERVICE_NAMES } from "./client.ts";
import { refusalError } from "./errors.ts";
import { type MixpanelCall, settingsOf } from "./options.ts";

const MAX_BODY_BYTES = 8 * 1024 * 1024;
const TIMEOUT_MS = 30_000;

const role = z.union([z.string(), z.object({ name: z.string() }).transform(({ name }) => name)]);
const project = z.object({ timezone: z.string().optional().catch(undefined), role: role.optional().catch(undefined) });
/** Other projects of the account may have any form. */
const meResponse = z.object({ results: z.object({ projects: z.record(z.string(), z.unknown()) }) });

export type MixpanelProject = z.infer<typeof project>;

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
  const { data } = meResponse.safeParse(parseJson(text));
  if (data === undefined) throw new SyncError("transient", `${SERVICE_NAMES.api} sent a response of unknown form.`);
  const found = data.results.projects[settingsOf(call.connection).projectId];
  return found === undefined ? null : (project.safeParse(found).data ?? {});
}
