// The commands of `/__control/…`.
import { z } from "zod";
import { command, ControlError, type Commands } from "../shared/controlServer.ts";
import type { EmulatorState } from "./emulatorState.ts";
import { countRows, listRows, mergeIdentity, setProcessingTime } from "./deduped.ts";
import { generateRows, loadedRow } from "./generate.ts";
import { deviceKey } from "./identity.ts";
import { finishMerges, rekeyRows } from "./rekey.ts";
import { newCounts, type Project } from "./project.ts";
import { faultSchema, generateSchema, loadRowSchema, rowFilterSchema } from "./protocol.ts";
import { REGIONS } from "./settings.ts";

const idSchema = z.string().regex(/^\d{1,20}$/);
const ofProject = z.strictObject({ projectId: idSchema });
const ofFaults = z.strictObject({ projectId: idSchema.nullable() });
const filtered = ofProject.extend({ filter: rowFilterSchema.default({}) });
const MAX_LISTED_ROWS = 100_000;

function projectOf(state: EmulatorState, id: string): Project {
  const project = state.projects.get(id);
  if (!project) throw new ControlError(`no project ${id}`);
  return project;
}

export const COMMANDS: Commands<EmulatorState> = {
  "projects/put": command(
    ofProject.extend({ settings: z.record(z.string(), z.unknown()).default({}) }),
    (state, { projectId, settings }) => {
      const project = state.putProject(projectId, settings);
      return { projectId, token: project.settings.token, secret: project.settings.secret };
    },
  ),
  "projects/settings": command(ofProject, (state, { projectId }) => projectOf(state, projectId).settings),
  "projects/list": command(z.strictObject({}), (state) => ({ projectIds: [...state.projects.keys()] })),
  "projects/reset": command(ofProject, (state, { projectId }) => done(projectOf(state, projectId).reset())),
  "projects/delete": command(ofProject, (state, { projectId }) => done(state.deleteProject(projectId))),
  region: command(z.strictObject({ region: z.enum(REGIONS).nullable() }), (state, { region }) =>
    done((state.region = region)),
  ),
  clock: command(z.strictObject({}), (state) => ({ nowMs: state.nowMs() })),
  "clock/set": command(z.strictObject({ nowMs: z.number().int(), frozen: z.boolean() }), (state, { nowMs, frozen }) => {
    state.setClock(nowMs, frozen);
    return { nowMs: state.nowMs() };
  }),
  "clock/advance": command(z.strictObject({ byMs: z.number().int() }), (state, { byMs }) => {
    state.advanceClock(byMs);
    return { nowMs: state.nowMs() };
  }),
  "clock/real": command(z.strictObject({}), (state) => done(state.realClock())),
  "faults/add": command(ofFaults.extend({ fault: faultSchema }), (state, { projectId, fault }) => ({
    id: faultsOf(state, projectId).add(fault),
  })),
  "faults/list": command(ofFaults, (state, { projectId }) => ({ faults: faultsOf(state, projectId).list() })),
  "faults/clear": command(ofFaults.extend({ id: z.number().int().optional() }), (state, { projectId, id }) =>
    done(faultsOf(state, projectId).clear(id)),
  ),
  "rows/load": command(
    ofProject.extend({ rows: z.array(loadRowSchema).max(100_000) }),
    (state, { projectId, rows }) => {
      const project = projectOf(state, projectId);
      project.store(rows.map((row) => loadedRow(project, row, state.nowMs())));
      return { stored: rows.length };
    },
  ),
  "rows/generate": command(ofProject.extend({ options: generateSchema }), async (state, { projectId, options }) => {
    await generateRows(projectOf(state, projectId), options);
    return { stored: options.count };
  }),
  "rows/count": command(filtered, (state, { projectId, filter }) => countRows(rekeyed(state, projectId), filter)),
  "rows/list": command(
    filtered.extend({ limit: z.number().int().min(1).max(MAX_LISTED_ROWS).default(1000) }),
    (state, { projectId, filter, limit }) => ({
      events: listRows(rekeyed(state, projectId), filter, limit),
    }),
  ),
  "rows/processing-time": command(
    filtered.extend({ processingMs: z.number().int() }),
    (state, { projectId, filter, processingMs }) => ({
      changed: setProcessingTime(projectOf(state, projectId), filter, processingMs),
    }),
  ),
  "identity/merge": command(
    ofProject.extend({ from: z.string(), into: z.string(), traced: z.boolean().default(true) }),
    (state, { projectId, from, into, traced }) => ({
      changed: mergeIdentity(projectOf(state, projectId), from, into, traced),
    }),
  ),
  "identity/link": command(
    ofProject.extend({ links: z.array(z.strictObject({ userId: z.string(), anonymousId: z.string() })).max(100_000) }),
    (state, { projectId, links }) => {
      const project = projectOf(state, projectId);
      const isOriginal = project.settings.idMerge === "original";
      const made = links.filter(({ userId, anonymousId }) =>
        project.link(
          { verb: isOriginal ? "merge" : "device", userId, otherId: isOriginal ? anonymousId : deviceKey(anonymousId) },
          state.nowMs(),
        ),
      );
      project.flush();
      return { linked: made.length };
    },
  ),
  "identity/finish": command(ofProject, (state, { projectId }) => ({
    changed: finishMerges(projectOf(state, projectId), state.nowMs()),
  })),
  requests: command(
    ofFaults,
    (state, { projectId }) => (projectId === null ? state.unknownProject : projectOf(state, projectId)).counts,
  ),
  "requests/reset": command(ofFaults, (state, { projectId }) => {
    const project = projectId === null ? state.unknownProject : projectOf(state, projectId);
    project.counts = newCounts();
    return {};
  }),
};

function rekeyed(state: EmulatorState, projectId: string): Project {
  const project = projectOf(state, projectId);
  rekeyRows(project, state.nowMs());
  return project;
}

function done(_nothing: unknown): object {
  return {};
}

function faultsOf(state: EmulatorState, projectId: string | null): EmulatorState["faults"] {
  return projectId === null ? state.faults : projectOf(state, projectId).faults;
}
