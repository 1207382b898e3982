/** The words of an integration that every layer shares. */
export type Leg = "export" | "import";
export type Outcome = "succeeded" | "partial" | "failed";
export type MixpanelRegion = "us" | "eu" | "in";
/** How a Mixpanel project reads its own `time` and dates: projects made before 2023 use their local zone. */
export type ProjectTime = "utc" | "local";

/** Connection settings of a Mixpanel integration, secrets aside. */
export interface MixpanelSettings {
  provider: "mixpanel";
  projectId: string;
  region: MixpanelRegion;
  projectTime: ProjectTime;
  serviceAccountUsername: string;
}

/** Connection settings by provider, secrets aside. */
export type ProviderSettings = MixpanelSettings;
export type Provider = ProviderSettings["provider"];

/** A JSON value small enough for a Temporal payload: cursors, never rows. */
export type JsonValue = null | boolean | number | string | JsonValue[] | { [key: string]: JsonValue };

/** A UTC (or project-local) calendar day, `yyyy-mm-dd`. */
export type Day = string;
