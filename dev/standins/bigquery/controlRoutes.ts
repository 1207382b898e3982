// `/__control/…`: what tests, demo and benches do to a running local BigQuery. POST, JSON in and out.
import { z } from "zod";
import { GoogleError } from "./google.ts";
import { newCounters } from "./project.ts";
import { accountSchema, emailSchema, faultSchema, projectIdSchema, projectSettingsSchema } from "./protocol.ts";
import { loadRows, runSql } from "./sideDoor.ts";
import type { World } from "./world.ts";

const ofProject = z.strictObject({ projectId: projectIdSchema });
const ofDataset = ofProject.extend({ datasetId: z.string().min(1) });
const ofTable = ofDataset.extend({ tableId: z.string().min(1) });
const ofAccount = z.strictObject({ email: emailSchema });
const resource = z.record(z.string(), z.unknown());

interface Command<T extends z.ZodType = z.ZodType> {
  input: T;
  run(world: World, input: z.output<T>): unknown;
}

function command<T extends z.ZodType>(input: T, run: (world: World, input: z.output<T>) => unknown): Command<T> {
  return { input, run };
}

export class ControlError extends Error {}

const COMMANDS: Record<string, Command> = {
  "accounts/put": command(ofAccount.extend({ account: accountSchema }), (world, { email, account }) => {
    world.accounts.put(email, account);
    world.keep();
  }),
  "accounts/list": command(z.strictObject({}), (world) => ({ accounts: world.accounts.all() })),
  "accounts/delete": command(ofAccount, (world, { email }) => {
    world.accounts.delete(email);
    world.keep();
  }),
  "tokens/revoke": command(ofAccount, (world, { email }) => ({ revoked: world.accounts.revoke(email) })),
  "tokens/issue": command(
    ofAccount.extend({ lifetimeSeconds: z.number().positive().default(3_600) }),
    (world, { email, lifetimeSeconds }) => ({ token: world.accounts.issue(email, lifetimeSeconds).token }),
  ),
  "source-token": command(z.strictObject({}), (world) => ({ sourceToken: world.accounts.sourceToken })),
  "faults/add": command(ofProject.extend({ fault: faultSchema }), (world, { projectId, fault }) => ({
    id: world.project(projectId).faults.add(fault),
  })),
  "faults/list": command(ofProject, (world, { projectId }) => ({ faults: world.project(projectId).faults.list() })),
  "faults/clear": command(ofProject.extend({ id: z.number().int().optional() }), (world, { projectId, id }) =>
    world.project(projectId).faults.clear(id),
  ),
  counters: command(ofProject, (world, { projectId }) => world.project(projectId).counters),
  "counters/reset": command(ofProject, (world, { projectId }) => {
    world.project(projectId).counters = newCounters();
  }),
  settings: command(
    ofProject.extend({ settings: projectSettingsSchema.partial() }),
    (world, { projectId, settings }) => {
      const project = world.project(projectId);
      project.settings = { ...project.settings, ...settings };
      return project.settings;
    },
  ),
  jobs: command(ofProject, (world, { projectId }) => ({
    jobs: [...world.project(projectId).jobs.values()].map((job) => job.resource),
  })),
  "sessions/expire": command(ofProject, (world, { projectId }) => {
    const sessions = [...world.project(projectId).sessions.values()];
    for (const session of sessions) session.expiresAtMs = Math.min(session.expiresAtMs, Date.now());
    return { expired: sessions.length };
  }),
  "datasets/create": command(ofDataset.extend({ dataset: resource }), (world, { projectId, datasetId, dataset }) =>
    world.catalog.insertDataset(projectId, { ...dataset, datasetReference: { projectId, datasetId } }),
  ),
  "datasets/delete": command(ofDataset, (world, { projectId, datasetId }) =>
    ignoringAbsence(world.catalog.deleteDataset(projectId, datasetId, true)),
  ),
  "datasets/list": command(ofProject, async (world, { projectId }) => ({
    datasets: await world.catalog.datasets(projectId),
  })),
  "tables/create": command(ofTable.extend({ table: resource }), (world, { projectId, datasetId, tableId, table }) =>
    world.catalog.insertTable(projectId, datasetId, { ...table, tableReference: { projectId, datasetId, tableId } }),
  ),
  "tables/get": command(ofTable, async (world, name) => ({ table: await world.catalog.countedTable(name) })),
  "tables/list": command(ofDataset, async (world, { projectId, datasetId }) => ({
    tables: await world.catalog.tables(projectId, datasetId),
  })),
  "tables/delete": command(ofTable, (world, name) => ignoringAbsence(world.catalog.deleteTable(name))),
  "tables/replace-with-view": command(ofTable.extend({ query: z.string() }), async (world, { query, ...name }) => {
    await ignoringAbsence(world.catalog.deleteTable(name));
    const tableReference = { ...name };
    return await world.catalog.insertTable(name.projectId, name.datasetId, { tableReference, view: { query } });
  }),
  query: command(ofProject.extend({ sql: z.string() }), async (world, { projectId, sql }) => {
    const { rows, dmlAffectedRows } = await runSql(world.engine, projectId, sql);
    return { rows, dmlAffectedRows };
  }),
  "rows/load": command(ofTable.extend({ rows: z.array(resource) }), async (world, { rows, ...name }) => {
    await loadRows(world.engine, world.uploadDir, name, rows);
    return { loaded: rows.length };
  }),
};

async function ignoringAbsence(deletion: Promise<void>): Promise<void> {
  await deletion.catch((error: unknown) => {
    if (!(error instanceof GoogleError && error.status === 404)) throw error;
  });
}

/** Throws ControlError with what is wrong. */
export async function runCommand(world: World, name: string, text: string): Promise<unknown> {
  const known = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (known === undefined) throw new ControlError(`no command ${name}`);
  try {
    return await known.run(world, known.input.parse(text === "" ? {} : JSON.parse(text)));
  } catch (error) {
    if (error instanceof z.ZodError) throw new ControlError(z.prettifyError(error));
    if (error instanceof SyntaxError) throw new ControlError("the body is no JSON");
    throw error;
  }
}
