// A job before it runs: the request for it, and what it will do.
import type { EmulatorState } from "./emulatorState.ts";
import type { JobError, Json } from "./google.ts";
import type { Principal } from "./roles.ts";

/** An uploaded file. */
export interface Media {
  path: string;
  bytes: number;
}

/** What a job will do, before it has an id. */
export interface JobPlan {
  location: string;
  /** Runs the job in the emulator and returns how it ended. */
  run: (emulatorId: string) => Promise<{ statistics: Json; error: JobError | null; configuration?: Json }>;
  /** The kind for counters: `load`, `query:MERGE`. */
  kind: string;
}

export interface JobRequest {
  state: EmulatorState;
  account: Principal;
  projectId: string;
  body: Json;
  /** The uploaded file of a load job. */
  media: Media | null;
  operation: "jobs.insert" | "jobs.query";
}
