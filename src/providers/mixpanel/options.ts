// What a Mixpanel connector is made from, and what its parts share.
import type { Connection } from "../../domain/connection.ts";
import { reader } from "../provider.ts";
import type { HttpClient } from "../http.ts";
import type { Backoff } from "./backoff.ts";
import { mixpanelSpec, type MixpanelSettings } from "./spec.ts";

export interface MixpanelOptions {
  /** Operator overrides for every region: origins without a path. */
  ingestionUrl?: string | undefined;
  dataUrl?: string | undefined;
  apiUrl?: string | undefined;
  /** How long Mixpanel may leave an accepted event out of its exports. */
  settleMs: number;
  exportEventName: string;
  http?: HttpClient;
}

export interface MixpanelContext {
  options: MixpanelOptions;
  http: HttpClient;
  /** Of the import API, to which exposures are sent. */
  ingestionBackoff: Backoff;
  /** Of the raw export API, from which events are read. */
  rawExportBackoff: Backoff;
  proofs: Proofs;
}

/** Proves that credentials belong to a project, before any request of its shared budget is spent (proofs.ts). */
export interface Proofs {
  /** Returns what Mixpanel tells of the project. Asks once an hour; throws if the account does not see the project. */
  prove(call: MixpanelCall): Promise<{ timezone?: string | undefined }>;
  /** Forgets the proof, because Mixpanel has refused the credentials since. */
  forget(connection: Connection): void;
}

/** One customer's Mixpanel for the length of one activity. */
export interface MixpanelCall {
  context: MixpanelContext;
  connection: Connection;
  signal: AbortSignal;
}

const readSettings = reader(mixpanelSpec.settings);

export function settingsOf({ settings }: Pick<Connection, "settings">): MixpanelSettings {
  return readSettings(settings);
}

/** All integrations of one project in one region share its quotas. */
export function projectKey(connection: Pick<Connection, "settings">): string {
  const { region, projectId } = settingsOf(connection);
  return `mixpanel:${region}:${projectId}`;
}
