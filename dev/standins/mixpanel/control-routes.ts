// `/__control/…`: what tests, demo and benches do to a running stand-in. POST, JSON in and out.
import { z } from "zod";
import { countRows, listRows, mergeIdentity, setProcessingTime } from "./deduped.ts";
import { generateRows, loadedRow } from "./generate.ts";
import { newCounts } from "./project.ts";
import type { Project } from "./project.ts";
import { faultSchema, generateSchema, loadRowSchema, rowFilterSchema } from "./protocol.ts";
import { REGIONS } from "./settings.ts";
import type { World } from "./world.ts";

const idSchema = z.string().regex(/^\d{1,20}$/);
const ofProject = z.strictObject({ projectId: idSchema });
const ofFaults = z.strictObject({ projectId: idSchema.nullable() });
const filtered = ofProject.extend({ filter: rowFilterSchema.default({}) });
const MAX_LISTED_ROWS = 100_000;

interface Command<T extends z.ZodType = z.ZodType> {
  input: T;
  run(world: World, input: z.output<T>): unknown;
}

function command<T extends z.ZodType>(input: T, run: (world: World, input: z.output<T>) => unknown): Command<T> {
  return { input, run };
}

function projectOf(world: World, id: string): Project {
  const project = world.projects.get(id);
  if (!project) throw new ControlError(`no project ${id}`);
  return project;
}

export class ControlError extends Error {}

export const COMMANDS: Record<string, Command> = {
  "projects/put": command(
    ofProject.extend({ settings: z.record(z.string(), z.unknown()).default({}) }),
    (world, { projectId, settings }) => {
      const project = world.putProject(projectId, settings);
      return { projectId, token: project.settings.token, secret: project.settings.secret };
    },
  ),
  "projects/settings": command(ofProject, (world, { projectId }) => projectOf(world, projectId).settings),
  "projects/list": command(z.strictObject({}), (world) => ({ projectIds: [...world.projects.keys()] })),
  "projects/reset": command(ofProject, (world, { projectId }) => done(projectOf(world, projectId).reset())),
  "projects/delete": command(ofProject, (world, { projectId }) => done(world.deleteProject(projectId))),
  region: command(z.strictObject({ region: z.enum(REGIONS).nullable() }), (world, { region }) =>
    done((world.region = region)),
  ),
  clock: command(z.strictObject({}), (world) => ({ nowMs: world.nowMs() })),
  "clock/set": command(z.strictObject({ nowMs: z.number().int(), frozen: z.boolean() }), (world, { nowMs, frozen }) => {
    world.setClock(nowMs, frozen);
    return { nowMs: world.nowMs() };
  }),
  "clock/advance": command(z.strictObject({ byMs: z.number().int() }), (world, { byMs }) => {
    world.advanceClock(byMs);
    return { nowMs: world.nowMs() };
  }),
  "clock/real": command(z.strictObject({}), (world) => done(world.realClock())),
  "faults/add": command(ofFaults.extend({ fault: faultSchema }), (world, { projectId, fault }) => ({
    id: faultsOf(world, projectId).add(fault),
  })),
  "faults/list": command(ofFaults, (world, { projectId }) => ({ faults: faultsOf(world, projectId).list() })),
  "faults/clear": command(ofFaults.extend({ id: z.number().int().optional() }), (world, { projectId, id }) =>
    done(faultsOf(world, projectId).clear(id)),
  ),
  "rows/load": command(
    ofProject.extend({ rows: z.array(loadRowSchema).max(100_000) }),
    (world, { projectId, rows }) => {
      const project = projectOf(world, projectId);
      project.store(rows.map((row) => loadedRow(project, row, world.nowMs())));
      return { stored: rows.length };
    },
  ),
  "rows/generate": command(ofProject.extend({ options: generateSchema }), async (world, { projectId, options }) => {
    await generateRows(projectOf(world, projectId), options);
    return { stored: options.count };
  }),
  "rows/count": command(filtered, (world, { projectId, filter }) => countRows(projectOf(world, projectId), filter)),
  "rows/list": command(
    filtered.extend({ limit: z.number().int().min(1).max(MAX_LISTED_ROWS).default(1000) }),
    (world, { projectId, filter, limit }) => ({
      events: listRows(projectOf(world, projectId), filter, limit),
    }),
  ),
  "rows/processing-time": command(
    filtered.extend({ processingMs: z.number().int() }),
    (world, { projectId, filter, processingMs }) => ({
      changed: setProcessingTime(projectOf(world, projectId), filter, processingMs),
    }),
  ),
  "identity/merge": command(
    ofProject.extend({ from: z.string(), into: z.string(), traced: z.boolean().default(true) }),
    (world, { projectId, from, into, traced }) => ({
      changed: mergeIdentity(projectOf(world, projectId), from, into, traced),
    }),
  ),
  requests: command(
    ofFaults,
    (world, { projectId }) => (projectId === null ? world.nobody : projectOf(world, projectId)).counts,
  ),
  "requests/reset": command(ofFaults, (world, { projectId }) => {
    const project = projectId === null ? world.nobody : projectOf(world, projectId);
    project.counts = newCounts();
    return {};
  }),
};

function done(_nothing: unknown): object {
  return {};
}

function faultsOf(world: World, projectId: string | null): World["faults"] {
  return projectId === null ? world.faults : projectOf(world, projectId).faults;
}

/** Throws ControlError with what is wrong. */
export async function runCommand(world: World, name: string, text: string): Promise<unknown> {
  const known = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!known) throw new ControlError(`no command ${name}`);
  try {
    return await known.run(world, known.input.parse(text === "" ? {} : JSON.parse(text)));
  } catch (error) {
    if (error instanceof z.ZodError) throw new ControlError(z.prettifyError(error));
    if (error instanceof SyntaxError) throw new ControlError("the body is no JSON");
    throw error;
  }
}
