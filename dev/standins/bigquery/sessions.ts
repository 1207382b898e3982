// Read sessions of the front: their names, lifetimes, and the number of rows of each stream.
import { randomBytes } from "node:crypto";

export interface ReadStream {
  /** Its name in the emulator. */
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

export function newSession(projectId: string, location: string, lifetimeSeconds: number): ReadSession {
  const id = `CAIS${randomBytes(15).toString("base64url").replaceAll("-", "A")}`;
  return {
    name: `projects/${projectId}/locations/${location.toLowerCase()}/sessions/${id}`,
    expiresAtMs: Date.now() + lifetimeSeconds * 1_000,
    streams: new Map(),
  };
}

/** Returns the front's name of a stream of the emulator. */
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

/** Rows of each stream into which the emulator splits a result: evenly, with the remainder in the last. */
export function rowsOfStreams(totalRows: number, streamCount: number): number[] {
  if (streamCount === 0) return [];
  const each = Math.max(1, Math.floor(totalRows / streamCount));
  return Array.from({ length: streamCount }, (_, i) =>
    i < streamCount - 1 ? Math.min(each, totalRows - i * each) : totalRows - i * each,
  );
}
