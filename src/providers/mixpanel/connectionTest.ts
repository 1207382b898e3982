// The connection test: checks step by step what the customer set up in Mixpanel. A failed step says what to do.
import { SyncError } from "../../domain/errors.ts";
import type { GiveBack } from "../../domain/connection.ts";
import type { AcquireRequest, TestStep } from "../connector.ts";
import { MAX_ERROR_BODY_BYTES } from "../http.ts";
import { CONNECTION_TEST_TIMEOUT_MS, runTestStep } from "../testStep.ts";
import { fetchProject, type MixpanelProject } from "./account.ts";
import { sendRequest } from "./client.ts";
import { isRefusedAccount, quoted, refusalError } from "./errors.ts";
import { requestExport } from "./import/exportRequest.ts";
import { dayInZone } from "./import/projectTimeZone.ts";
import { type MixpanelCall, settingsOf } from "./options.ts";
import { timesOf } from "./projectTime.ts";

export async function testConnection(call: MixpanelCall, acquireRequest: AcquireRequest): Promise<TestStep[]> {
  const step = (name: string, run: () => Promise<string | void>) => runTestStep("Mixpanel", name, run);
  let project: MixpanelProject | null = null;
  const credentials = await step("Service account credentials", async () => {
    project = await fetchProject(call);
  });
  if (!credentials.ok) return [credentials];
  const access = await step("Access to the project and role", async () => checkAccess(project));
  if (!access.ok) return [credentials, access];
  const writing = await step("Writing events", () => tryWriting(call));
  return [credentials, access, writing, await step("Reading events", () => tryReading(call, acquireRequest, project))];
}

function checkAccess(project: MixpanelProject | null): void {
  if (project === null) {
    throw new SyncError(
      "permission",
      "The service account does not see this project. Check the project id and the region, and add the account " +
        "to the project under Project Settings > Service Accounts with the role Admin or Owner.",
    );
  }
  if (project.role !== undefined && !/^(admin|owner)$/i.test(project.role)) {
    const problem = `The service account has the role ${project.role.slice(0, 50)}.`;
    throw new SyncError("permission", `${problem} Give it the role Admin or Owner on this project.`);
  }
}

/** Sends one empty event: Mixpanel checks credentials and project, says that data is missing and stores nothing. */
async function tryWriting(call: MixpanelCall): Promise<string | void> {
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
  if (response.status === 200) {
    const problem = `Mixpanel accepts no events of this service account (${quoted(text, connection)}).`;
    throw new SyncError("permission", `${problem} Give it the role Admin or Owner.`);
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
    if (!(error instanceof SyncError) || error.kind !== "rate_limited") throw error;
    return `Not tested. ${error.message} The import waits by itself.`;
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
  throw refusalError(call.connection, response.status, text, "the export of events");
}
