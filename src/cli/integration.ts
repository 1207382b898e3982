// `crosscurrent integration …`: what operators do to integrations of any workspace, on the store and Temporal directly.
import type { Integration } from "../domain/integration.ts";
import type { Command } from "commander";
import { integrationId } from "./arguments.ts";
import { openOperator, type Operator } from "./operator.ts";
import { describe, printRows, type Output, type Row } from "./print.ts";

const LIST_PAGE = 500;
const POLL_MS = 500;

interface Options {
  json: boolean;
}

export function addIntegrationCommands(program: Command, output: Output): void {
  const group = program.command("integration").description("look at integrations and act on them, in all workspaces");
  group
    .command("list")
    .description("all integrations")
    .option("--json", "one JSON line each", false)
    .action((options: Options) => withOperator(output, (operator) => list(operator, options)));
  for (const [name, text, act] of ACTIONS) {
    group
      .command(name)
      .description(text)
      .argument("<id>", "integration", integrationId)
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
    .description("ask for a run now")
    .argument("<id>", "integration", integrationId)
    .option("--wait", "wait until it is done; exit code 1 unless it succeeded", false)
    .option("--json", "print JSON", false)
    .action((id: string, options: Options & { wait: boolean }) =>
      withOperator(output, (operator) => syncNow(operator, id, options)),
    );
}

const ACTIONS: [name: string, description: string, act: (operator: Operator, row: Integration) => Promise<Row>][] = [
  ["status", "what it is doing", status],
  ["start", "make sure that its workflow runs", start],
  ["pause", "stop between pages", (operator, row) => setPaused(operator, row, true)],
  ["resume", "go on from there", (operator, row) => setPaused(operator, row, false)],
];

async function withOperator(output: Output, act: (operator: Operator) => Promise<void>): Promise<void> {
  const operator = await openOperator(output);
  try {
    await act(operator);
  } finally {
    await operator.close();
  }
}

async function find(operator: Operator, id: string): Promise<Integration> {
  const row = await operator.store.integrations.find(id);
  if (row === null) throw new Error(`There is no integration ${id}.`);
  return row;
}

async function list(operator: Operator, options: Options): Promise<void> {
  let cursor: string | null = null;
  do {
    const page: Awaited<ReturnType<typeof operator.store.syncState.reconcileCandidates>> =
      await operator.store.syncState.reconcileCandidates({ cursor, limit: LIST_PAGE });
    const rows = await Promise.all(page.items.map((item) => operator.store.integrations.find(item.id)));
    printRows(
      operator.output,
      rows.filter((row) => row !== null).map((row) => describe(row)),
      options.json,
    );
    cursor = page.next;
  } while (cursor !== null);
}

/** The row as the API shows it, and what the workflow says where a worker answers. */
async function status(operator: Operator, row: Integration): Promise<Row> {
  const workflow = await operator.control.status(row.id).catch((error: unknown) => ({
    unavailable: error instanceof Error ? error.message : "unknown",
  }));
  return { ...describe(row), workflow: workflow ?? "not running" };
}

async function start(operator: Operator, row: Integration): Promise<Row> {
  await operator.control.start(refOf(row));
  return describe(row);
}

async function setPaused(operator: Operator, row: Integration, paused: boolean): Promise<Row> {
  const changed = await operator.store.integrations.setPaused(row.workspaceId, row.id, paused);
  await (paused ? operator.control.pause(refOf(row)) : operator.control.resume(refOf(row)));
  return describe(changed ?? row);
}

async function syncNow(operator: Operator, id: string, options: Options & { wait: boolean }): Promise<void> {
  const row = await find(operator, id);
  const request = await operator.store.runs.request(row.workspaceId, id);
  if (request === null) throw new Error(`There is no integration ${id}.`);
  if (request === "paused") throw new Error(`Integration ${id} is paused: resume it first.`);
  await operator.control.syncNow(refOf(row), request.requestId);
  if (!options.wait)
    return printRows(operator.output, [{ requestId: request.requestId, status: "queued" }], options.json);
  const outcome = await waitForSync(operator, row, request.requestId);
  printRows(operator.output, [{ requestId: request.requestId, status: "done", outcome }], options.json);
  if (outcome !== "succeeded")
    throw new Error(`The run ended as ${outcome}: see \`crosscurrent integration status ${id}\`.`);
}

/** Asks until the request is done: a run may take hours, so there is no limit but the operator's patience. */
async function waitForSync(operator: Operator, row: Integration, requestId: string): Promise<string> {
  for (;;) {
    const request = await operator.store.runs.getRequest(row.workspaceId, row.id, requestId);
    if (request === null) throw new Error(`Integration ${row.id} was deleted while waiting.`);
    if (request.status === "done") return request.outcome ?? "failed";
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

function refOf(row: Integration) {
  return { integrationId: row.id, workspaceId: row.workspaceId, provider: row.provider };
}
