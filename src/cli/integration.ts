// `crosscurrent integration …`: operators' commands on integrations of all workspaces, through the store and Temporal.
import { integrationRef } from "../api/integrations/signals.ts";
import { calendarDay as calendarDaySchema } from "../api/schemas.ts";
import type { Integration } from "../domain/integration.ts";
import type { Page } from "../domain/page.ts";
import { InvalidArgumentError, type Command } from "commander";
import type { IntegrationControl } from "../client/index.ts";
import { loadConfig } from "../config/config.ts";
import type { Store } from "../store/store.ts";
import { describe, printRows, type Output, type Row } from "./print.ts";
import { NO_SECRET_KEY } from "./withStore.ts";

const LIST_PAGE = 500;
const POLL_MS = 500;

type Options = { json: boolean };

interface Operator {
  output: Output;
  store: Store;
  control: IntegrationControl;
}

export function addIntegrationCommands(program: Command, output: Output): void {
  const group = program.command("integration").description("Commands on the integrations of all workspaces.");
  group
    .command("list")
    .description("Lists all integrations.")
    .option("--json", "print one JSON line per integration", false)
    .action((options: Options) => withOperator(output, (operator) => list(operator, options)));
  for (const [name, text, act] of ACTIONS) {
    group
      .command(name)
      .description(text)
      .argument("<id>", "the integration's id", integrationIdOf)
      .option("--json", "print JSON", false)
      .action((id: string, options: Options) =>
        withOperator(output, async (operator) => {
          const row = await find(operator, id);
          printRows(operator.output, [await act(operator, row)], options.json);
        }),
      );
  }
  group
    .command("sync-now")
    .description("Requests a run now instead of at the next due time.")
    .argument("<id>", "the integration's id", integrationIdOf)
    .option("--wait", "wait until the run is done; exit with 1 unless it succeeded", false)
    .option("--json", "print JSON", false)
    .action((id: string, options: Options & { wait: boolean }) =>
      withOperator(output, (operator) => syncNow(operator, id, options)),
    );
  group
    .command("resend")
    .description("Sends all buckets again. A destination keeps one of each.")
    .argument("<id>", "the integration's id", integrationIdOf)
    .option("--from <day>", "the first day to send again, as 2026-01-31; default: all days", calendarDay)
    .option("--wait", "wait until the run is done; exit with 1 unless it succeeded", false)
    .option("--json", "print JSON", false)
    .action((id: string, options: Options & { wait: boolean; from?: string }) =>
      withOperator(output, (operator) => resend(operator, id, options)),
    );
}

const ACTIONS: [name: string, description: string, act: (operator: Operator, row: Integration) => Promise<Row>][] = [
  ["status", "Shows an integration and the state of its workflow.", status],
  ["start", "Starts the workflow of an integration if it does not run.", start],
  ["pause", "Pauses an integration. A run stops at its next page.", (operator, row) => setPaused(operator, row, true)],
  ["resume", "Resumes a paused integration where it stopped.", (operator, row) => setPaused(operator, row, false)],
];

/** Opens the store and the Temporal client for one command. */
async function withOperator(output: Output, act: (operator: Operator) => Promise<void>): Promise<void> {
  const config = loadConfig(undefined, NO_SECRET_KEY);
  const { createPostgresStore } = await import("../store/createStore.ts");
  const { connectTemporal } = await import("../client/connection.ts");
  const store = createPostgresStore(config);
  const temporal = connectTemporal(config.temporal);
  try {
    await act({ output, store, control: temporal.control });
  } finally {
    await Promise.allSettled([store.close(), temporal.close()]);
  }
}

function integrationIdOf(text: string): string {
  if (/^[A-Za-z0-9_-]{1,100}$/.test(text)) return text;
  throw new InvalidArgumentError("Give an integration's id, as `crosscurrent integration list` shows it.");
}

function calendarDay(text: string): string {
  const parsed = calendarDaySchema.safeParse(text);
  if (parsed.success) return parsed.data;
  throw new InvalidArgumentError(`It ${parsed.error.issues[0]?.message}.`);
}

async function find(operator: Operator, id: string): Promise<Integration> {
  const row = await operator.store.integrations.find(id);
  if (row === null) throw new Error(`There is no integration ${id}.`);
  return row;
}

async function list({ output, store }: Operator, options: Options): Promise<void> {
  let cursor: string | null = null;
  do {
    const page: Page<{ integrationId: string }> = await store.syncState.list({ cursor, limit: LIST_PAGE });
    const rows = await Promise.all(page.items.map(({ integrationId }) => store.integrations.find(integrationId)));
    const found = rows.filter((row) => row !== null);
    printRows(output, found.map(describe), options.json);
    cursor = page.next;
  } while (cursor !== null);
}

/** The row as the API shows it, and the workflow's own status, which needs a running worker. */
async function status(operator: Operator, row: Integration): Promise<Row> {
  const workflow = await operator.control
    .status(row.id)
    .catch((error: unknown) => ({ unavailable: error instanceof Error ? error.message : "unknown error" }));
  return { ...describe(row), workflow: workflow ?? "not running" };
}

async function start(operator: Operator, row: Integration): Promise<Row> {
  await operator.control.start(integrationRef(row));
  return describe(row);
}

async function setPaused(operator: Operator, row: Integration, paused: boolean): Promise<Row> {
  const changed = await operator.store.integrations.setPaused(row.workspaceId, row.id, paused);
  const { control } = operator;
  const now = changed ?? row;
  await (paused ? control.pause(integrationRef(now), now.version) : control.resume(integrationRef(now), now.version));
  return describe(now);
}

async function syncNow(operator: Operator, id: string, options: Options & { wait: boolean }): Promise<void> {
  const row = await find(operator, id);
  const request = await operator.store.runs.request(row.workspaceId, id);
  if (request === null) throw new Error(`There is no integration ${id}.`);
  if (request === "paused") throw new Error(`Integration ${id} is paused. Resume it first.`);
  await serve(operator, row, request.requestId, options);
}

async function resend(
  operator: Operator,
  id: string,
  options: Options & { wait: boolean; from?: string },
): Promise<void> {
  const row = await find(operator, id);
  const request = await operator.store.exports.requestResend(row.workspaceId, id, options.from ?? null);
  if (request === null) throw new Error(`There is no integration ${id}.`);
  if (request === "paused") throw new Error(`Integration ${id} is paused. Resume it first.`);
  if (request === "off") throw new Error(`The export of integration ${id} is off. Switch it on first.`);
  await serve(operator, row, request.requestId, options);
}

/** Signals the request and waits for its run, if asked to. */
async function serve(
  operator: Operator,
  row: Integration,
  requestId: string,
  options: Options & { wait: boolean },
): Promise<void> {
  await operator.control.syncNow(integrationRef(row), requestId);
  if (!options.wait) return printRows(operator.output, [{ requestId, status: "queued" }], options.json);
  const outcome = await waitForSync(operator, row, requestId);
  printRows(operator.output, [{ requestId, status: "done", outcome }], options.json);
  if (outcome === "nothing_to_do") {
    throw new Error("The run had nothing to do: no direction is on, or the import has no events.");
  }
  if (outcome !== "succeeded")
    throw new Error(`The run ended as ${outcome}. See \`crosscurrent integration status ${row.id}\`.`);
}

/** Polls until the request is done, without a limit: a run may take hours. */
async function waitForSync(operator: Operator, row: Integration, requestId: string): Promise<string> {
  for (;;) {
    const request = await operator.store.runs.getRequest(row.workspaceId, row.id, requestId);
    if (request === null) throw new Error(`Integration ${row.id} was deleted while waiting.`);
    if (request.status === "done") return request.outcome ?? "failed";
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
