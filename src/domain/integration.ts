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

/** Connection settings of a BigQuery integration; there is no secret: the service impersonates the customer's account. */
export interface BigQuerySettings {
  provider: "bigquery";
  /** The Google Cloud project in which jobs and read sessions run, and whose datasets are meant. */
  projectId: string;
  /** Where the export writes; null for an integration that only imports. */
  datasetId: string | null;
  serviceAccountEmail: string;
  /** The region of the datasets, as in `US` or `europe-west1`. */
  location: string;
}

/** Connection settings by provider, secrets aside. */
export type ProviderSettings = MixpanelSettings | BigQuerySettings;
export type Provider = ProviderSettings["provider"];

/** Where the rows of a BigQuery event are: rows of the table whose event column (a STRING) equals the event's name. */
export interface EventSource {
  dataset: string;
  tableName: string;
  eventFieldName: string;
  userIdFieldName: string;
  timestampFieldName: string;
  eventUuidFieldName: string;
}

/** A JSON value small enough for a Temporal payload: cursors, never rows. */
export type JsonValue = null | boolean | number | string | JsonValue[] | { [key: string]: JsonValue };

/** A UTC (or project-local) calendar day, `yyyy-mm-dd`. */
export type Day = string;
