// The commands of `/__control/…`.
import { z } from "zod";
import { command, type Commands } from "../shared/controlServer.ts";
import { GoogleError, notFound } from "./google.ts";
import { newCounters } from "./project.ts";
import { accountSchema, emailSchema, faultSchema, projectIdSchema, projectSettingsSchema } from "./protocol.ts";
import { protectionSchema } from "./protections.ts";
import { loadRows, runSql } from "./adminQueries.ts";
import { partitionsOf, withIngestionTime } from "./partitions.ts";
import type { EmulatorState } from "./emulatorState.ts";

const ofProject = z.strictObject({ projectId: projectIdSchema });
const ofDataset = ofProject.extend({ datasetId: z.string().min(1) });
const ofTable = ofDataset.extend({ tableId: z.string().min(1) });
const ofAccount = z.strictObject({ email: emailSchema });
const resource = z.record(z.string(), z.unknown());

export const COMMANDS: Commands<EmulatorState> = {
  "accounts/put": command(ofAccount.extend({ account: accountSchema }), (state, { email, account }) => {
    state.accounts.put(email, account);
    state.keep();
  }),
  "accounts/describe": command(
    ofAccount.extend({ description: z.string().max(256) }),
    (state, { email, description }) => {
      if (!state.accounts.describe(email, description)) throw notFound(`Service account ${email}`);
      state.keep();
    },
  ),
  "accounts/list": command(z.strictObject({}), (state) => ({ accounts: state.accounts.all() })),
  "accounts/delete": command(ofAccount, (state, { email }) => {
    state.accounts.delete(email);
    state.keep();
  }),
  "tokens/revoke": command(ofAccount, (state, { email }) => ({ revoked: state.accounts.revoke(email) })),
  "tokens/issue": command(
    ofAccount.extend({ lifetimeSeconds: z.number().positive().default(3_600) }),
    (state, { email, lifetimeSeconds }) => ({ token: state.accounts.issue(email, lifetimeSeconds).token }),
  ),
  "source-token": command(z.strictObject({}), (state) => ({ sourceToken: state.accounts.sourceToken })),
  "faults/add": command(ofProject.extend({ fault: faultSchema }), (state, { projectId, fault }) => ({
    id: state.project(projectId).faults.add(fault),
  })),
  "faults/list": command(ofProject, (state, { projectId }) => ({ faults: state.project(projectId).faults.list() })),
  "faults/clear": command(ofProject.extend({ id: z.number().int().optional() }), (state, { projectId, id }) =>
    state.project(projectId).faults.clear(id),
  ),
  counters: command(ofProject, (state, { projectId }) => state.project(projectId).counters),
  "counters/reset": command(ofProject, (state, { projectId }) => {
    state.project(projectId).counters = newCounters();
  }),
  settings: command(
    ofProject.extend({ settings: projectSettingsSchema.partial() }),
    (state, { projectId, settings }) => {
      const project = state.project(projectId);
      project.settings = { ...project.settings, ...settings };
      return project.settings;
    },
  ),
  jobs: command(ofProject, (state, { projectId }) => ({
    jobs: [...state.project(projectId).jobs.values()].map((job) => job.resource),
  })),
  "sessions/expire": command(ofProject, (state, { projectId }) => {
    const sessions = [...state.project(projectId).sessions.values()];
    for (const session of sessions) session.expiresAtMs = Math.min(session.expiresAtMs, Date.now());
    return { expired: sessions.length };
  }),
  "datasets/create": command(ofDataset.extend({ dataset: resource }), (state, { projectId, datasetId, dataset }) =>
    state.catalog.insertDataset(projectId, { ...dataset, datasetReference: { projectId, datasetId } }),
  ),
  "datasets/delete": command(ofDataset, (state, { projectId, datasetId }) =>
    ignoringAbsence(state.catalog.deleteDataset(projectId, datasetId, true)),
  ),
  "datasets/list": command(ofProject, async (state, { projectId }) => ({
    datasets: await state.catalog.datasets(projectId),
  })),
  "tables/create": command(ofTable.extend({ table: resource }), (state, { projectId, datasetId, tableId, table }) =>
    state.catalog.insertTable(projectId, datasetId, { ...table, tableReference: { projectId, datasetId, tableId } }),
  ),
  "tables/get": command(ofTable, async (state, name) => ({ table: await state.catalog.countedTable(name) })),
  "tables/list": command(ofDataset, async (state, { projectId, datasetId }) => ({
    tables: await state.catalog.tables(projectId, datasetId),
  })),
  "tables/delete": command(ofTable, (state, name) => ignoringAbsence(state.catalog.deleteTable(name))),
  "tables/replace-with-view": command(ofTable.extend({ query: z.string() }), async (state, { query, ...name }) => {
    await ignoringAbsence(state.catalog.deleteTable(name));
    const tableReference = { ...name };
    return await state.catalog.insertTable(name.projectId, name.datasetId, { tableReference, view: { query } });
  }),
  "tables/protect": command(ofTable.extend({ protection: protectionSchema }), (state, { protection, ...name }) =>
    state.protections.put(name, protection),
  ),
  query: command(ofProject.extend({ sql: z.string() }), async (state, { projectId, sql }) => {
    const { rows, dmlAffectedRows } = await runSql(state.engine, projectId, sql);
    return { rows, dmlAffectedRows };
  }),
  "rows/load": command(ofTable.extend({ rows: z.array(resource) }), async (state, { rows, ...name }) => {
    const partitions = partitionsOf((await state.catalog.table(name)) ?? {});
    const arriving = partitions?.isIngestion === true ? rows.map((row) => withIngestionTime(row, partitions)) : rows;
    await loadRows(state.engine, state.uploadDir, name, arriving);
    return { loaded: rows.length };
  }),
};

async function ignoringAbsence(deletion: Promise<void>): Promise<void> {
  await deletion.catch((error: unknown) => {
    if (!(error instanceof GoogleError && error.status === 404)) throw error;
  });
}
