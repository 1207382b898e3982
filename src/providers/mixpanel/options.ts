// What a Mixpanel connector is made from, and where Mixpanel is by region.
import type { Connection } from "../../domain/connection.ts";
import { reader } from "../provider.ts";
import type { HttpClient } from "../http.ts";
import { mixpanelSpec, type MixpanelRegion, type MixpanelSettings } from "./spec.ts";

export interface MixpanelOptions {
  /** Operator overrides for every region: origins without a path. */
  ingestionUrl?: string | undefined;
  dataUrl?: string | undefined;
  apiUrl?: string | undefined;
  /** How long Mixpanel may take to show in its export what it has accepted. */
  settleMs: number;
  /** Name of the event that an exposure bucket becomes. */
  exportEventName: string;
  /** Shared connections; by default the connector has its own. */
  http?: HttpClient;
}

interface Origins {
  ingestion: string;
  data: string;
  api: string;
}

const ORIGINS: Record<MixpanelRegion, Origins> = {
  us: {
    ingestion: "https://api.mixpanel.com",
    data: "https://data.mixpanel.com",
    api: "https://mixpanel.com",
  },
  eu: {
    ingestion: "https://api-eu.mixpanel.com",
    data: "https://data-eu.mixpanel.com",
    api: "https://eu.mixpanel.com",
  },
  in: {
    ingestion: "https://api-in.mixpanel.com",
    data: "https://data-in.mixpanel.com",
    api: "https://in.mixpanel.com",
  },
};

export function originsOf(options: MixpanelOptions, region: MixpanelRegion): Origins {
  const origins = ORIGINS[region];
  return {
    ingestion: options.ingestionUrl ?? origins.ingestion,
    data: options.dataUrl ?? origins.data,
    api: options.apiUrl ?? origins.api,
  };
}

/** What the connector's parts share. */
export interface MixpanelContext {
  options: MixpanelOptions;
  http: HttpClient;
}

const readSettings = reader(mixpanelSpec.settings);

export function settingsOf({ settings }: Connection): MixpanelSettings {
  return readSettings(settings);
}

export function basicAuth(connection: Connection): string {
  const pair = `${settingsOf(connection).serviceAccountUsername}:${connection.secret}`;
  return `Basic ${Buffer.from(pair, "utf8").toString("base64")}`;
}

/** Who shares quotas: one project in one region, whatever number of integrations is on it. */
export function projectKey(connection: Connection): string {
  const { region, projectId } = settingsOf(connection);
  return `mixpanel:${region}:${projectId}`;
}
