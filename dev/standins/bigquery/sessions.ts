// Read sessions as the front keeps them: its own names, lifetimes, and how many rows each stream has.
import { randomBytes } from "node:crypto";
import type { Project } from "./project.ts";

export interface ReadStream {
  /** What the emulator calls it. */
  emulatorName: string;
  rows: number;
}

export interface ReadSession {
  /** `projects/P/locations/L/sessions/S` */
  name: string;
  expiresAtMs: number;
  /** By full name. */
  streams: Map<string, ReadStream>;
}

const SESSIONS_KEPT = 1_000;

export function newSession(project: Project, location: string): ReadSession {
  const id = `CAIS${randomBytes(15).toString("base64url").replaceAll("-", "A")}`;
  const session: ReadSession = {
    name: `projects/${project.id}/locations/${location.toLowerCase()}/sessions/${id}`,
    expiresAtMs: Date.now() + project.settings.sessionLifetimeSeconds * 1_000,
    streams: new Map(),
  };
  project.sessions.set(session.name, session);
  const [oldest] = project.sessions.keys();
  if (project.sessions.size > SESSIONS_KEPT && oldest !== undefined) project.sessions.delete(oldest);
  return session;
}

/** Names the emulator's streams anew. */
export function addStream(session: ReadSession, stream: ReadStream): string {
  const name = `${session.name}/streams/G${randomBytes(9).toString("base64url").replaceAll("-", "A")}`;
  session.streams.set(name, stream);
  return name;
}

export function sessionNameOf(streamName: string): string {
  return streamName.split("/streams/")[0] ?? "";
}

export function projectIdOf(name: string): string {
  return /^projects\/([^/]+)/.exec(name)?.[1] ?? "";
}

/** How the emulator cuts a result into streams: evenly, what is left over in the last. */
export function rowsOfStreams(totalRows: number, streamCount: number): number[] {
  if (streamCount === 0) return [];
  const each = Math.max(1, Math.floor(totalRows / streamCount));
  return Array.from({ length: streamCount }, (_, i) =>
    i < streamCount - 1 ? Math.min(each, totalRows - i * each) : totalRows - i * each,
  );
}
