// The settings of a project, their defaults, and all answers that Mixpanel does not document.
import { z } from "zod";

export const REGIONS = ["us", "eu", "in"] as const;
export type Region = (typeof REGIONS)[number];

export const serviceAccountSchema = z.strictObject({
  username: z.string().min(1).max(255),
  secret: z.string().min(1).max(255),
  /** `owner`, `admin`, `analyst`, `consumer`, or the name of a custom role. */
  role: z.string().min(1).max(255).default("owner"),
  /** Whether the role may import. Default: that of `owner` and `admin`. */
  canImport: z.boolean().optional(),
  /** As `/api/app/me` lists them. */
  permissions: z.array(z.string().max(255)).max(1000).default(["view_base_reports"]),
  /** `/api/app/me` lists that many more projects of this account, which do not exist here. */
  otherProjects: z.number().int().min(0).max(200_000).default(0),
  /** Epoch milliseconds by the stand-in's clock; default: never. */
  expiresAtMs: z.number().optional(),
});
export type ServiceAccount = z.infer<typeof serviceAccountSchema>;

/** How the export shows merged ids. */
export const mergingSchema = z.strictObject({
  /** Which id of an Original cluster stands for all: the user's own, or the anonymous one. */
  canonical: z.enum(["user", "anonymous"]).default("user"),
  /** Until then the export shows rows as they were sent. */
  delayMs: z.number().int().min(0).default(0),
  /** Only every nth row of a merged id is re-keyed; the others wait for `finishMerges`. */
  everyNth: z.number().int().positive().default(1),
  /** Whether a re-keyed row gets a new `mp_processing_time_ms`. */
  newProcessingTime: z.boolean().default(false),
});

/** Answers and behaviour that no source documents. Tests can change each of them, and code must not rely on any. */
export const inventedSchema = z.strictObject({
  tooManyEventsStatus: z.union([z.literal(400), z.literal(413)]).default(413),
  tooManyEventsError: z.string().default("request exceeds max limit of 2000 events"),
  malformedBodyError: z.string().default("request body is not valid JSON"),
  disallowedDistinctIdMessage: z
    .string()
    .default("'properties.distinct_id' is invalid: must not be a disallowed value"),
  disallowedInsertIdMessage: z.string().default("'$insert_id' is invalid: must not be a disallowed value"),
  missingInsertIdMessage: z.string().default("'$insert_id' is invalid: must not be missing"),
  longInsertIdMessage: z.string().default("'$insert_id' is invalid: must not be longer than 36 bytes"),
  tooManyPropertiesMessage: z.string().default("'properties' is invalid: must have fewer than 255 keys"),
  nestedTooManyKeysMessage: z.string().default("is invalid: nested object must have fewer than 255 keys"),
  nestedTooDeepMessage: z.string().default("is invalid: must not be nested deeper than 3 levels"),
  arrayTooLongMessage: z.string().default("is invalid: array must have fewer than 255 elements"),
  eventTooLargeMessage: z.string().default("event is invalid: must be smaller than 1 MB"),
  malformedEventMessage: z.string().default("event is invalid: must be an object with 'event' and 'properties'"),
  unknownKeyMessage: z.string().default("event is invalid: only 'event' and 'properties' are allowed"),
  badTypeMessage: z.string().default("is invalid: must be a string"),
  /** Whether `num_records_imported` counts accepted events that a filter or Lexicon drops. */
  droppedCountAsImported: z.boolean().default(true),
  disallowedIdsIgnoreCase: z.boolean().default(false),
  /** The 401 for an account of another project. Only «not a project member» is known for certain. */
  notMemberError: z.string().default("Service account is not a project member"),
  wrongRegionError: z.string().default("cannot find the project"),
  expiredAccountError: z.string().default("Not a valid service account username"),
  refuseSecretOverHttp: z.boolean().default(false),
  exportAuthError: z.string().default("Unable to authenticate request"),
  exportAuthStatus: z.union([z.literal(400), z.literal(401), z.literal(403)]).default(400),
  exportBadDateError: z.string().default("invalid date, expected yyyy-mm-dd"),
  exportDateOrderError: z.string().default("to_date cannot be earlier than from_date"),
  exportBadWhereError: z.string().default("invalid where expression"),
  exportBadEventError: z.string().default("event must be a JSON array of strings"),
  exportBadLimitError: z.string().default("limit must be between 1 and 100000"),
  /** The zone of «today» in the check of `to_date`: that of the dates, or always the project's. */
  todayZone: z.enum(["dates", "project"]).default("dates"),
  /** True if a 429 of the export has RateLimit-Policy, RateLimit and Retry-After. */
  exportRateLimitHeaders: z.boolean().default(false),
  exportOrder: z.enum(["arrival", "shuffled"]).default("shuffled"),
  exportContentType: z.string().default("text/plain"),
  exportGzipLevel: z.number().int().min(1).max(9).default(1),
});
export type InventedAnswers = z.infer<typeof inventedSchema>;

export const settingsSchema = z.strictObject({
  name: z.string().max(255).default("Stand-in project"),
  token: z.string().min(1).max(255),
  secret: z.string().min(1).max(255),
  region: z.enum(REGIONS).default("us"),
  idMerge: z.enum(["simplified", "original"]).default("simplified"),
  /** Such a project stores `time` as local time and reads export dates in its own zone. */
  createdBefore2023: z.boolean().default(false),
  timezone: z.string().max(64).default("UTC"),
  /** What `/api/app/me` says of the zone: its name, `null`, or nothing. */
  timezoneInMe: z.enum(["named", "null", "absent"]).default("named"),
  merging: mergingSchema.prefault({}),
  plan: z.enum(["full", "no_raw_export"]).default("full"),
  serviceAccounts: z.array(serviceAccountSchema).max(100).default([]),
  /** Events blocked in Lexicon, which are accepted and dropped. */
  blockedEvents: z.array(z.string().max(255)).max(1000).default([]),
  /** A drop filter: events with one of these values in this property are accepted and dropped. */
  dropFilter: z
    .strictObject({ property: z.string().max(255), values: z.array(z.string().max(255)).max(100_000) })
    .nullable()
    .default(null),
  /** The time after processing during which a row is not in the raw export. */
  visibilityLagMs: z.number().int().min(0).default(0),
  /** `mp_processing_time_ms` less `$mp_api_timestamp_ms`. */
  processingDelayMs: z.number().int().min(1).default(1),
  /** The raw export repeats every nth row; 0 repeats none. */
  duplicateEveryNth: z.number().int().min(0).default(0),
  importEventsPerSecond: z.number().positive().nullable().default(30_000),
  importBytesPerMinute: z.number().positive().nullable().default(2_000_000_000),
  exportPerHour: z.number().int().positive().nullable().default(60),
  exportPerSecond: z.number().int().positive().nullable().default(3),
  exportConcurrent: z.number().int().positive().nullable().default(100),
  queryPerHour: z.number().int().positive().nullable().default(60),
  queryConcurrent: z.number().int().positive().nullable().default(5),
  maxImportEvents: z.number().int().positive().default(2000),
  maxImportBytes: z.number().int().positive().default(10_000_000),
  maxEventBytes: z.number().int().positive().default(1_000_000),
  invented: inventedSchema.prefault({}),
});
export type ProjectSettings = z.infer<typeof settingsSchema>;
/** Settings as a caller gives them: all are optional. */
export type ProjectSettingsInput = Omit<Partial<z.input<typeof settingsSchema>>, "invented" | "merging"> & {
  invented?: Partial<InventedAnswers>;
  merging?: z.input<typeof mergingSchema>;
};

/** The settings of a new project. By default it has a token, a secret and one owner account. */
export function newSettings(projectId: string, given: ProjectSettingsInput): ProjectSettings {
  return settingsSchema.parse({
    token: `token-${projectId}`,
    secret: `secret-${projectId}`,
    serviceAccounts: [
      { username: `sync.${projectId}.mp-service-account`, secret: `sa-secret-${projectId}`, role: "owner" },
    ],
    ...given,
  });
}

export function changedSettings(now: ProjectSettings, change: ProjectSettingsInput): ProjectSettings {
  return settingsSchema.parse({
    ...now,
    ...change,
    invented: { ...now.invented, ...change.invented },
    merging: { ...now.merging, ...change.merging },
  });
}
