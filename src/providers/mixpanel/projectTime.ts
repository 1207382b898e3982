// Whether a project's rows are in UTC or in its local time: set by people, or learned from the rows.
import { z } from "zod";
import type { Connection } from "../../domain/connection.ts";
import { SyncError } from "../../domain/errors.ts";
import type { JsonObject } from "../../domain/integration.ts";
import type { TimeVotes } from "./import/timeVotes.ts";
import { type MixpanelCall, settingsOf } from "./options.ts";

export type ProjectTimes = "utc" | "local";

const UTC = "UTC";
const learnedSchema = z.object({
  /** What the rows have shown. */
  times: z.enum(["utc", "local"]).optional().catch(undefined),
  /** So many rows agreed that others must not change it again. */
  isClear: z.boolean().optional().catch(undefined),
  /** The zone with which the stored rows were dated. */
  datedAs: z.string().optional().catch(undefined),
});

/** Few rows decide where nothing is known. Many must agree to contradict what is set or was learned. */
const ENOUGH = { votes: 3, share: 0.9 };
const CLEAR = { votes: 10, share: 0.95 };

/** The zone of a project whose times are local, null for UTC. */
export async function zoneOf(
  call: MixpanelCall,
  times: ProjectTimes = timesOf(call.connection),
): Promise<string | null> {
  if (times === "utc") return null;
  const { timezone } = await call.context.proofs.prove(call);
  if (timezone !== undefined) return timezone;
  throw new SyncError("schema", "Mixpanel names no time zone for this project. Check the project's settings.", {
    concernsAllDays: true,
  });
}

/** Undecided is UTC, as all projects made since 2023 are. */
export function timesOf(connection: Connection): ProjectTimes {
  const { projectTime } = settingsOf(connection);
  return projectTime === "auto" ? (learnedOf(connection).times ?? "utc") : projectTime;
}

export interface Judgement {
  times: ProjectTimes;
  /** So many rows agree that others must not change it again. */
  isClear: boolean;
}

/**
 * What the rows say of their times; null if they are too few. Throws if they clearly contradict what people have set,
 * or what other rows have shown clearly: then the project has rows of both kinds.
 */
export function judgeTimes(connection: Connection, votes: TimeVotes, zone: string): Judgement | null {
  const { projectTime } = settingsOf(connection);
  const { times: learned, isClear = false } = learnedOf(connection);
  const clear = winnerOf(votes, CLEAR);
  if (projectTime === "auto" && !isClear) {
    const times = clear ?? (learned === undefined ? winnerOf(votes, ENOUGH) : null);
    return times === null ? null : { times, isClear: clear !== null };
  }
  if (clear === null || clear === timesOf(connection)) return null;
  const are = clear === "local" ? `in local time (${zone})` : "in UTC";
  if (projectTime === "auto") {
    const problem = `Some rows of this Mixpanel project are clearly ${are}, and others clearly are not.`;
    const remedy = 'Set `projectTime` to "utc" or "local", whichever is right for the events that count.';
    throw new SyncError("schema", `${problem} ${remedy}`, { concernsAllDays: true });
  }
  const set = clear === "local" ? "UTC" : "local time";
  const problem = `The rows of this Mixpanel project are ${are}, but the time of the project is set to ${set}.`;
  const remedy = 'Set `projectTime` to "auto"; the rows that are stored are then dated anew.';
  throw new SyncError("schema", `${problem} ${remedy}`, { concernsAllDays: true });
}

function winnerOf({ utc, local }: TimeVotes, { votes, share }: typeof ENOUGH): ProjectTimes | null {
  const most = Math.max(utc, local);
  if (most < votes || most < share * (utc + local)) return null;
  return utc > local ? "utc" : "local";
}

/** What a page with rows teaches; undefined if that is known. `decided` is null while no row has voted. */
export function lessonOf(
  connection: Connection,
  decided: Judgement | null,
  zone: string | null,
): JsonObject | undefined {
  const known = learnedOf(connection);
  const lesson: JsonObject = {};
  if (settingsOf(connection).projectTime === "auto" && decided !== null) {
    if (decided.times !== known.times) lesson["times"] = decided.times;
    if (decided.isClear && known.isClear !== true) lesson["isClear"] = true;
  }
  if (known.datedAs === undefined) lesson["datedAs"] = zone ?? UTC;
  return Object.keys(lesson).length === 0 ? undefined : lesson;
}

/** What to learn if the stored rows were dated with another zone than they would be now. */
export function redatingOf(connection: Connection, zone: string | null): JsonObject | null {
  const { datedAs } = learnedOf(connection);
  return datedAs === undefined || datedAs === (zone ?? UTC) ? null : { datedAs: zone ?? UTC };
}

/** What another version learned counts as nothing. */
function learnedOf({ learned }: Connection): z.infer<typeof learnedSchema> {
  return learnedSchema.safeParse(learned).data ?? {};
}
