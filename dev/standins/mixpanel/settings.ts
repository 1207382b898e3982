// What a project of the stand-in is: its settings, their defaults, and every answer that Mixpanel does not document.
import { z } from "zod";

const ROLES = ["owner", "admin", "analyst", "consumer"] as const;
export const REGIONS = ["us", "eu", "in"] as const;
export type Region = (typeof REGIONS)[number];

export const serviceAccountSchema = z.strictObject({
  username: z.string().min(1).max(255),
  secret: z.string().min(1).max(255),
  role: z.enum(ROLES).default("owner"),
  /** Epoch milliseconds on the stand-in's clock; absent means never. */
  expiresAtMs: z.number().optional(),
});
export type ServiceAccount = z.infer<typeof serviceAccountSchema>;

/** Answers and habits that no source documents: each can be changed, none may be relied on. */
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
  disallowedIdsIgnoreCase: z.boolean().default(false),
  /** Text of the 401 for an account of another project; only «not a project member» in it is established. */
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
  /** In which zone «today» is taken when `to_date` is checked: the zone of the dates, or always the project's. */
  todayZone: z.enum(["dates", "project"]).default("dates"),
  /** Whether a 429 of the export for rate carries RateLimit-Policy, RateLimit and Retry-After. */
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
  /** Such a project stores `time` as local wall time and takes export dates in its own zone. */
  createdBefore2023: z.boolean().default(false),
  timezone: z.string().max(64).default("UTC"),
  plan: z.enum(["full", "no_raw_export"]).default("full"),
  serviceAccounts: z.array(serviceAccountSchema).max(100).default([]),
  /** Events blocked in Lexicon: accepted, then dropped. */
  blockedEvents: z.array(z.string().max(255)).max(1000).default([]),
  /** How long after being processed a row stays out of the raw export. */
  visibilityLagMs: z.number().int().min(0).default(0),
  /** `mp_processing_time_ms` less `$mp_api_timestamp_ms`. */
  processingDelayMs: z.number().int().min(1).default(1),
  /** Every how-many-th row the raw export repeats; 0 for none. */
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
/** What a caller may leave out of new settings. */
export type ProjectSettingsInput = Omit<Partial<z.input<typeof settingsSchema>>, "invented"> & {
  invented?: Partial<InventedAnswers>;
};

/** Defaults for a new project, which then has a token, a secret and one owner account of its own. */
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
  return settingsSchema.parse({ ...now, ...change, invented: { ...now.invented, ...change.invented } });
}
