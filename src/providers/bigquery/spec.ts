// What BigQuery is to the API, the Portal, the store and the docs.
import { text, type Fields, type ProviderSpec, type ValuesOf } from "../provider.ts";
import { COLUMN, DATASET, LOCATION, PROJECT, SERVICE_ACCOUNT, TABLE } from "./nameRules.ts";

const datasetId = text(DATASET);

/** There is no secret: the service impersonates the customer's account. */
const settings = {
  /** The Google Cloud project in which jobs and read sessions run, and whose datasets are meant. */
  projectId: { ...text(PROJECT), label: "Project ID", help: "Your GCP project ID" },
  datasetId: {
    ...datasetId,
    schema: datasetId.schema.nullish().transform((dataset) => dataset ?? null),
    label: "Dataset ID",
    help: "Where the export writes. Leave it empty if you only import.",
    isNeededToExport: true,
  },
  serviceAccountEmail: { ...text(SERVICE_ACCOUNT), label: "Service Account Email", isChangeable: true },
  location: {
    ...text(LOCATION),
    label: "BigQuery Location",
    help: "The region of your datasets, as in US, EU or europe-west1",
  },
} satisfies Fields;

const column = (label: string, help: string, types: string[]) => ({
  ...text(COLUMN),
  ...{ label, help, suggest: { list: "columns" as const, types } },
});

/** Where the rows of an event are: rows of the table whose event column equals the event's name. */
const source = {
  dataset: { ...text(DATASET), label: "Dataset", help: "Holds the table", suggest: { list: "datasets" } },
  tableName: { ...text(TABLE), label: "Table Name", help: "Holds the rows", suggest: { list: "tables" } },
  eventFieldName: column("Event Field Name", "Identifies the event type", ["STRING"]),
  userIdFieldName: column("User ID Field Name", "As in user of your calls", ["STRING"]),
  timestampFieldName: column("Timestamp Field Name", "TIMESTAMP or DATETIME", ["TIMESTAMP", "DATETIME"]),
  eventUuidFieldName: column("Event UUID Field Name", "Unique per row", ["STRING"]),
} satisfies Fields;

export type BigQuerySettings = ValuesOf<typeof settings>;
export type EventSource = ValuesOf<typeof source>;

const IDENTITY_COLUMNS = ["distinct_id", "user_id", "email", "ip"];

export const bigQuerySpec = {
  id: "bigquery",
  title: "BigQuery",
  summary: "Exposures become rows of a table in your dataset; rows of your event tables become metrics.",
  settings,
  projectFields: ["projectId", "datasetId"],
  event: {
    nameField: "eventName",
    label: "Event Name",
    help: "Rows whose event column equals it, for example user_donation",
    descriptionHelp: "When this event is triggered",
    source,
  },
  identityProperties: (stored) => [...IDENTITY_COLUMNS, String(stored?.["userIdFieldName"])],
  deliversUpdates: true,
  browse: { dataset: text(DATASET).schema, table: text(TABLE).schema },
} as const satisfies ProviderSpec;
