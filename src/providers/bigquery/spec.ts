// What BigQuery is to the API, the Portal, the store and the docs.
import { z } from "zod";
import { origin, plainText, token, wholeNumber } from "../../config/parsers.ts";
import type { ProviderSettings } from "../../config/setting.ts";
import { keeps, reader, text, type Fields, type ProviderSpec, type TextRule, type ValuesOf } from "../provider.ts";
import { COLUMN, DATASET, LOCATION, PROJECT, SERVICE_ACCOUNT, TABLE } from "./nameRules.ts";

const datasetId = text(DATASET);

const settings = {
  /** The Google Cloud project in which jobs and read sessions run, and whose datasets are meant. */
  projectId: { ...text(PROJECT), label: "Project ID", help: "Your GCP project ID", example: "my-project" },
  datasetId: {
    ...datasetId,
    schema: datasetId.schema.nullish().transform((dataset) => dataset ?? null),
    label: "Dataset ID",
    example: "analytics",
    help: "Where the export writes. Leave it empty if you only import.",
    isNeededToExport: true,
  },
  serviceAccountEmail: {
    ...text(SERVICE_ACCOUNT),
    label: "Service Account Email",
    example: "sync@my-project.iam.gserviceaccount.com",
    isChangeable: true,
  },
  location: {
    ...text(LOCATION),
    label: "BigQuery Location",
    example: "EU",
    help: "The region of your datasets, as in US, EU or europe-west1",
  },
} satisfies Fields;

const column = (label: string, help: string, example: string, types: string[]) => ({
  ...text(COLUMN),
  label,
  help,
  example,
  suggest: { list: "columns" as const, types },
});

const MAX_CHOSEN_COLUMNS = 1_000;
const columnList = z.array(text(COLUMN).schema).min(1, "must name a column").max(MAX_CHOSEN_COLUMNS);
/** Forms send texts. No name of a column has a comma. */
const columnText = z
  .string()
  .transform((names) => names.split(",").map((name) => name.trim()))
  .pipe(columnList);
const MAX_LOOKBACK_HOURS = 24 * 366;
const HOURS_MESSAGE = `must be a whole number of hours from 1 to ${MAX_LOOKBACK_HOURS}`;
/** Forms send texts. */
const lookbackHours = z
  .union(
    [
      z.number(),
      z
        .string()
        .regex(/^[0-9]{1,4}$/, HOURS_MESSAGE)
        .transform(Number),
    ],
    HOURS_MESSAGE,
  )
  .refine((hours) => Number.isInteger(hours) && hours >= 1 && hours <= MAX_LOOKBACK_HOURS, HOURS_MESSAGE);

const ZONE = {
  pattern: /^[A-Za-z][A-Za-z0-9_+-]*(?:\/[A-Za-z0-9_+-]+){0,2}$/,
  maxChars: 64,
  message: "must be a time zone's IANA name, as in Europe/Berlin or UTC",
} satisfies TextRule;

function isTimeZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: zone }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}

const DATASETS = { list: "datasets" } as const;
const TABLES = { list: "tables" } as const;

/** An event's rows are those whose event column equals its name. */
const source = {
  dataset: { ...text(DATASET), label: "Dataset", help: "Holds the table", example: "user_data", suggest: DATASETS },
  tableName: { ...text(TABLE), label: "Table Name", help: "Holds the rows", example: "donations", suggest: TABLES },
  eventFieldName: column("Event Field Name", "Identifies the event type", "event_name", ["STRING"]),
  userIdFieldName: column("User ID Field Name", "As in user of your calls", "user_id", ["STRING"]),
  timestampFieldName: column("Timestamp Field Name", "TIMESTAMP or DATETIME", "created_at", ["TIMESTAMP", "DATETIME"]),
  eventUuidFieldName: column("Event UUID Field Name", "Unique per row, the same at every read", "event_uuid", [
    "STRING",
  ]),
  timeZone: {
    schema: z
      .string()
      .refine((zone) => keeps(ZONE, zone) && isTimeZone(zone), ZONE.message)
      .optional(),
    rule: ZONE,
    label: "Time Zone",
    help: "Of a DATETIME timestamp that holds local time. Default: UTC. A change reads all rows again.",
    example: "Europe/Berlin",
    isAdvanced: true,
    isChangeable: true,
    isReread: true,
  },
  lookbackHours: {
    schema: lookbackHours.optional(),
    label: "Lookback in Hours",
    help:
      "How long after its timestamp a row may reach the table. Default: the operator's setting, usually 72. With an " +
      "arrival field: how long after its arrival a row may become visible, 6 hours at least.",
    example: 72,
    isNumeric: true,
    isAdvanced: true,
    isChangeable: true,
  },
  arrivalFieldName: {
    ...column(
      "Arrival Field Name",
      "When rows reached the table: a column, or _PARTITIONTIME for ingestion time. Then each run reads what arrived " +
        "since the last one, however old it is.",
      "loaded_at",
      ["TIMESTAMP", "DATETIME", "DATE"],
    ),
    schema: text(COLUMN).schema.optional(),
    isAdvanced: true,
    isChangeable: true,
  },
  /** The columns above are copied in any case. */
  columns: {
    schema: z.union([columnList, columnText]).optional(),
    label: "Columns",
    help:
      "Only these columns are copied, besides those above. Default: all that have no policy tag. " +
      "A change reads all rows again.",
    example: ["amount", "currency"],
    isList: true,
    isAdvanced: true,
    isChangeable: true,
    isReread: true,
  },
} satisfies Fields;

export type BigQuerySettings = ValuesOf<typeof settings>;
export type EventSource = ValuesOf<typeof source>;

export const readSettings = reader(settings);
export const readSource = reader(source);
const IDENTITY_COLUMNS = ["distinct_id", "user_id", "email", "ip"];

const HOUR_MS = 3_600_000;
const TABLE_SETTING = {
  ...TABLE,
  maxChars: 128,
  message: "must be a BigQuery table name of at most 128 characters, as in inworld_router_exposures",
};

const addressOverride = (name: string, description: string) => ({
  name,
  parser: origin.optional(),
  description,
});

const operatorSettings = {
  lookbackMs: {
    name: "BIGQUERY_LOOKBACK_HOURS",
    parser: wholeNumber(0, 24 * 365).transform((value) => value * HOUR_MS),
    default: "72",
    description:
      "How long after its own timestamp a row may reach its table, for events without their own `lookbackHours`. " +
      "More hours read more bytes in every run.",
  },
  exportTable: {
    name: "BIGQUERY_EXPORT_TABLE",
    parser: text(TABLE_SETTING).schema,
    default: "inworld_router_exposures",
    description: "The table of exposures in customers' datasets. Choose it before the first export.",
  },
  stagingPrefix: {
    name: "BIGQUERY_STAGING_PREFIX",
    parser: text(TABLE_SETTING).schema,
    default: "inworld_staging_",
    description: "The start of the names of short-lived tables in the same dataset.",
  },
  restUrl: addressOverride("BIGQUERY_REST_URL", "Replaces `https://bigquery.googleapis.com`."),
  storageUrl: addressOverride(
    "BIGQUERY_STORAGE_URL",
    "Replaces `https://bigquerystorage.googleapis.com`. `http://` means gRPC without TLS.",
  ),
  iamCredentialsUrl: addressOverride("IAM_CREDENTIALS_URL", "Replaces `https://iamcredentials.googleapis.com`."),
  iamUrl: addressOverride("IAM_URL", "Replaces `https://iam.googleapis.com`."),
  ownership: {
    name: "BIGQUERY_OWNERSHIP",
    parser: z.enum(["claim", "description"], { error: "must be `claim` or `description`" }),
    default: "claim",
    description:
      "`claim`: the first workspace that can use a service account holds it, until another one proves it. " +
      "`description`: only a workspace whose code is in the account's description may use it.",
  },
  sourcePrincipal: {
    name: "GOOGLE_SOURCE_PRINCIPAL",
    parser: plainText.optional(),
    description: "The account that servers and workers run as, if their credentials do not say it. Customers see it.",
  },
  sourceToken: {
    name: "GOOGLE_SOURCE_TOKEN",
    parser: token.optional(),
    description: "An access token, for tests where there are no Application Default Credentials.",
  },
} satisfies ProviderSettings;

export const bigQuerySpec = {
  id: "bigquery",
  title: "BigQuery",
  summary: "Exposures become rows of a table in your dataset; rows of your event tables become metrics.",
  settings,
  projectFields: ["projectId", "datasetId"],
  accountField: "serviceAccountEmail",
  event: {
    nameField: "eventName",
    label: "Event Name",
    example: "user_donation",
    help: "Rows whose event column equals it, for example user_donation",
    descriptionHelp: "When this event is triggered",
    source,
  },
  identityProperties: (stored) => [
    ...(stored === null ? [] : [readSource(stored).userIdFieldName]),
    ...IDENTITY_COLUMNS,
  ],
  deliversUpdates: true,
  browse: { dataset: text(DATASET).schema, table: text(TABLE).schema },
  operatorSettings,
} as const satisfies ProviderSpec;
