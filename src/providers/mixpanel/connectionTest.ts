// The connection test: checks step by step what the customer set up in Mixpanel. A failed step says what to do.
import { SyncError } from "../../domain/errors.ts";
import type { GiveBack } from "../../domain/connection.ts";
import type { AcquireRequest, TestStep } from "../connector.ts";
import { MAX_ERROR_BODY_BYTES } from "../http.ts";
import { CONNECTION_TEST_TIMEOUT_MS, runTestStep } from "../testStep.ts";
import { fetchProject } from "./account.ts";
import type { MixpanelProject } from "./accountResponse.ts";
import { sendRequest } from "./client.ts";
import { isRefusedAccount, quoted, refusalError } from "./errors.ts";
import { requestExport } from "./import/exportRequest.ts";
import { dayInZone } from "../localTime.ts";
import { type MixpanelCall, settingsOf } from "./options.ts";
import { timesOf } from "./projectTime.ts";

/** What is allowed is tried: a role of any name passes if it can do what the sync needs. */
export async function testConnection(call: MixpanelCall, acquireRequest: AcquireRequest): Promise<TestStep[]> {
  const step = (name: string, run: () => Promise<string | void>) => runTestStep("Mixpanel", name, run);
  let project: MixpanelProject | null = null;
  const credentials = await step("Service account credentials", async () => {
    project = await fetchProject(call);
  });
  if (!credentials.ok) return [credentials];
  const access = await step("Access to the project", async () => checkAccess(project));
  // Requests of the project's budget are only spent for an account that is known to belong to it.
  if (!access.ok) return [credentials, access];
  const writing = await step("Writing events", () => tryWriting(call, project));
  return [credentials, access, writing, await step("Reading events", () => tryReading(call, acquireRequest, project))];
}

function checkAccess(project: MixpanelProject | null): void {
  if (project !== null) return;
  throw new SyncError(
    "permission",
    "The service account does not see this project. Check the project id and the region, and add the account " +
      "to the project under Project Settings > Service Accounts.",
  );
}

/** Sends one empty event: Mixpanel checks credentials and project, says that data is missing and stores nothing. */
async function tryWriting(call: MixpanelCall, project: MixpanelProject | null): Promise<string | void> {
  const { connection } = call;
  const response = await sendRequest(call, {
    service: "ingestion",
    method: "POST",
    path: "/import",
    query: { strict: "0", verbose: "1", project_id: settingsOf(connection).projectId },
    headers: { "content-type": "application/json" },
    body: "[{}]",
    timeoutMs: CONNECTION_TEST_TIMEOUT_MS,
  });
  const text = await response.text(MAX_ERROR_BODY_BYTES);
  if (/data, missing or empty/i.test(text) && response.status <= 400) return;
  if (response.status === 429)
    return "Not tested: Mixpanel's rate limit is reached. The export waits for it by itself.";
  if (response.status === 200 || isForbidden(response.status)) {
    const remedy = "Give it the role Admin or Owner on this project, or a custom role that may import data.";
    throw new SyncError("permission", refusal(call, project, "accepts no events of", response.status, text) + remedy);
  }
  throw refusalError(connection, response.status, text, "the import of events");
}

async function tryReading(
  call: MixpanelCall,
  acquireRequest: AcquireRequest,
  project: MixpanelProject | null,
): Promise<string | void> {
  let giveBack: GiveBack;
  try {
    giveBack = await acquireRequest("increment");
  } catch (error) {
    if (error instanceof SyncError && error.kind === "rate_limited") {
      return `Not tested: ${error.message} The import waits by itself.`;
    }
    throw error;
  }
  const isLocal = timesOf(call.connection) === "local";
  const today = dayInZone(Date.now(), isLocal ? (project?.timezone ?? null) : null);
  const response = await requestExport(call, { fromDay: today, toDay: today }, { limit: "1" });
  const text = await response.text(MAX_ERROR_BODY_BYTES);
  if (response.status === 200 || /to_date cannot be later than today/i.test(text)) return;
  if (response.status === 429) {
    return "Not tested: Mixpanel's limit on exports is reached. The import waits for it by itself.";
  }
  if (isRefusedAccount(response.status, text)) await giveBack();
  if (isForbidden(response.status)) {
    const remedy = "Give it a role on this project that may export data, such as Admin or Owner.";
    throw new SyncError("permission", refusal(call, project, "exports no events to", response.status, text) + remedy);
  }
  throw refusalError(call.connection, response.status, text, "the export of events");
}

/** The credentials were proven before, so a refusal is about what the account may do. */
const isForbidden = (status: number): boolean => status === 401 || status === 403;

/** `refuses` completes "Mixpanel … this service account". */
function refusal(
  { connection }: MixpanelCall,
  project: MixpanelProject | null,
  refuses: string,
  status: number,
  text: string,
): string {
  const role = project?.role === undefined ? "" : `, which has the role ${quoted(project.role, connection)}`;
  const words = quoted(text, connection);
  const said = words === "" ? `status ${status}` : `status ${status}: ${words}`;
  return `Mixpanel ${refuses} this service account${role} (${said}). `;
}
