// The connection test: what the customer had to set up in Mixpanel, step by step, each failure with its remedy.
import type { Connection } from "../../domain/connection.ts";
import { SyncError } from "../../domain/errors.ts";
import type { AcquireRequest, TestStep } from "../connector.ts";
import { MAX_ERROR_BODY_BYTES, readText } from "../http.ts";
import { fetchProject } from "./account.ts";
import type { MixpanelProject } from "./account.ts";
import { quoted, refusalError, secretsOf } from "./errors.ts";
import { basicAuth, originsOf, settingsOf } from "./options.ts";
import type { MixpanelContext } from "./options.ts";
import { exportUrl, requestExport } from "./import/readPage.ts";
import { dayInZone } from "./import/projectTimeZone.ts";

const TIMEOUT_MS = 60_000;
const SERVICE = "Mixpanel's ingestion API";
const NAMES = {
  credentials: "Service account credentials",
  project: "Access to the project and role",
  writing: "Writing events",
  reading: "Reading events",
};

export async function testConnection(
  context: MixpanelContext,
  connection: Connection,
  acquireRequest: AcquireRequest,
): Promise<TestStep[]> {
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const steps: TestStep[] = [];
  let project: MixpanelProject | null = null;
  const credentials = await step(NAMES.credentials, async () => {
    project = await fetchProject(context, connection, signal);
    return undefined;
  });
  steps.push(credentials);
  if (!credentials.ok) return steps;
  const access = accessStep(project);
  steps.push(access);
  if (!access.ok) return steps;
  steps.push(await step(NAMES.writing, () => tryWriting(context, connection, signal)));
  const zone = settingsOf(connection).projectTime === "local" ? zoneOf(project) : null;
  steps.push(await step(NAMES.reading, () => tryReading(context, connection, acquireRequest, zone, signal)));
  return steps;
}

/** Runs one step; what it returns is a message for a step that went well. */
async function step(name: string, run: () => Promise<string | undefined>): Promise<TestStep> {
  try {
    const message = await run();
    return message === undefined ? { name, ok: true } : { name, ok: true, message };
  } catch (error) {
    const message =
      error instanceof SyncError
        ? error.message
        : `Mixpanel did not answer within ${TIMEOUT_MS / 1_000} seconds. Try again.`;
    return { name, ok: false, message };
  }
}

function zoneOf(project: MixpanelProject | null): string | null {
  return project?.timezone ?? null;
}

function accessStep(project: MixpanelProject | null): TestStep {
  if (project === null) {
    return {
      name: NAMES.project,
      ok: false,
      message:
        "The service account does not see this project. Check the project id and the region, and add the account to the project " +
        "under Project Settings > Service Accounts with the role Admin or Owner.",
    };
  }
  if (project.role !== undefined && !/^(admin|owner)$/i.test(project.role)) {
    return {
      name: NAMES.project,
      ok: false,
      message: `The service account has the role ${project.role.slice(0, 50)}. Give it the role Admin or Owner on this project.`,
    };
  }
  return { name: NAMES.project, ok: true };
}

/** One empty event, not strict: Mixpanel checks credentials and project, says that the data is missing and stores nothing. */
async function tryWriting(
  context: MixpanelContext,
  connection: Connection,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { region, projectId } = settingsOf(connection);
  const url = new URL("/import?strict=0&verbose=1", originsOf(context.options, region).ingestion);
  url.searchParams.set("project_id", projectId);
  const answer = await context.http.send(SERVICE, {
    method: "POST",
    url,
    headers: { authorization: basicAuth(connection), "content-type": "application/json" },
    body: "[{}]",
    signal,
    headersTimeoutMs: TIMEOUT_MS,
    bodyIdleTimeoutMs: TIMEOUT_MS,
  });
  const { text } = await readText(SERVICE, answer, MAX_ERROR_BODY_BYTES, signal);
  if (/data, missing or empty/i.test(text) && answer.status <= 400) return undefined;
  if (answer.status === 429)
    return "Not tried to the end: Mixpanel's rate limit is reached. The export waits for it by itself.";
  if (answer.status === 200) {
    const said = quoted(text, secretsOf(connection));
    throw new SyncError(
      "permission",
      `Mixpanel does not take events of this service account (${said}). Give it the role Admin or Owner.`,
    );
  }
  throw refusalError({
    status: answer.status,
    body: text,
    action: "the import of events",
    hidden: secretsOf(connection),
  });
}

/** Asks for one event of today. */
async function tryReading(
  context: MixpanelContext,
  connection: Connection,
  acquireRequest: AcquireRequest,
  zone: string | null,
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    await acquireRequest("increment");
  } catch (error) {
    if (error instanceof SyncError && error.kind === "rate_limited") {
      return "Not tried: this project's hourly budget of export requests is used up. The import waits for it by itself.";
    }
    throw error;
  }
  const today = dayInZone(Date.now(), zone);
  const url = exportUrl(context, connection, { fromDay: today, toDay: today });
  url.searchParams.set("limit", "1");
  const answer = await requestExport(context, connection, url, signal);
  const { text } = await readText(SERVICE, answer, MAX_ERROR_BODY_BYTES, signal);
  if (answer.status === 200 || /to_date cannot be later than today/i.test(text)) return undefined;
  if (answer.status === 429)
    return "Not tried to the end: Mixpanel's limit on exports is reached. The import waits for it by itself.";
  throw refusalError({
    status: answer.status,
    body: text,
    action: "the export of events",
    hidden: secretsOf(connection),
  });
}
