// The settings of every process: the only reader of the environment. All bad settings are reported at once.
import { z } from "zod";
import {
  whole,
  seconds,
  origin,
  databaseUrl,
  secretKeys,
  plainText,
  tableName,
  hostList,
  modelPrefix,
  token,
  socketAddress,
} from "./parsers.ts";

/** Settings, all from the environment; this is the only reader of process.env. See README for what each means. */
export interface Config {
  databaseUrl: string;
  temporal: {
    taskQueue: string;
    /** Worker versioning: both or neither. */
    deploymentName: string | undefined;
    buildId: string | undefined;
  };
  server: {
    host: string;
    port: number;
    /** The origin that browsers see; undefined: taken from each request. */
    publicUrl: string | undefined;
    /** How many proxies in front may be believed about the client's address and scheme. */
    trustedProxies: number;
    /** How often one client may try within a minute; 0: as often as it likes. */
    limits: { signInsPerMinute: number; failedKeysPerMinute: number; workspaceCallsPerMinute: number };
  };
  /** The folder of the built Portal; a built installation has its own. */
  portalDir: string | undefined;
  /** Where people look at workflows; undefined: no links. */
  temporalUiUrl: string | undefined;
  /** 32 bytes each; the first encrypts, all decrypt. Empty where a command needs none. */
  secretKeys: Buffer[];
  syncIntervalMs: number;
  syncJitterMs: number;
  sealGraceMs: number;
  exposureMaxAgeDays: number;
  exposureRetentionDays: number;
  importLookbackDays: number;
  mixpanel: {
    settleMs: number;
    exportEventName: string;
    /** Operator overrides of addresses: origins without a path. */
    ingestionUrl: string | undefined;
    dataUrl: string | undefined;
    apiUrl: string | undefined;
  };
  bigquery: {
    /** How long after its own timestamp a row may arrive and still be imported. */
    overlapMs: number;
    exportTable: string;
    stagingPrefix: string;
    /** Operator overrides of addresses: origins without a path. */
    restUrl: string | undefined;
    storageUrl: string | undefined;
    iamCredentialsUrl: string | undefined;
    /** Stands in for Application Default Credentials. Never logged. */
    sourceToken: string | undefined;
  };
  gateway: {
    /** What `model` begins with before the router's id. */
    modelPrefix: string;
    /** `host` or `host:port` as in a URL: upstreams that may be anywhere, and plain http. */
    allowedHosts: string[];
    /** How long an upstream may take to begin to answer, and how long its answer may then stall. */
    headersTimeoutMs: number;
    idleTimeoutMs: number;
  };
  reconcileIntervalMs: number;
  /** Path of a prebuilt workflow bundle; a built installation has its own. */
  workflowBundle: string | undefined;
  /** Where a worker serves Prometheus, as `address:port`; undefined: nowhere. */
  workerMetricsAddress: string | undefined;
  activityHeartbeatMs: number;
  logLevel: string;
}

/** One setting that cannot be used: its name, and what is wrong and what to do. Never its value. */
export interface SettingProblem {
  setting: string;
  message: string;
}

export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly problems: SettingProblem[];

  constructor(problems: SettingProblem[]) {
    const lines = problems.map((problem) => `  ${problem.setting}: ${problem.message}`);
    super(`${problems.length === 1 ? "A setting is" : `${problems.length} settings are`} wrong:\n${lines.join("\n")}`);
    this.problems = problems;
  }
}

const HOUR_MS = 3_600_000;
const LOG_LEVELS = ["trace", "debug", "info", "warn", "error", "fatal", "silent"];

const environment = z.object({
  DATABASE_URL: databaseUrl,
  TEMPORAL_TASK_QUEUE: plainText.default("crosscurrent"),
  TEMPORAL_DEPLOYMENT_NAME: plainText.optional(),
  TEMPORAL_WORKER_BUILD_ID: plainText.optional(),
  HOST: plainText.default("127.0.0.1"),
  PORT: whole(8080, 0, 65_535),
  PUBLIC_URL: origin,
  TRUSTED_PROXIES: whole(0, 0, 10),
  SIGN_INS_PER_MINUTE: whole(30, 0, 100_000),
  FAILED_KEYS_PER_MINUTE: whole(120, 0, 1_000_000),
  WORKSPACE_CALLS_PER_MINUTE: whole(0, 0, 100_000_000),
  TEMPORAL_UI_URL: origin,
  PORTAL_DIR: z.string().optional(),
  CROSSCURRENT_SECRET_KEY: secretKeys,
  SYNC_INTERVAL_SECONDS: seconds(28_800, 365),
  SYNC_JITTER_SECONDS: seconds(900, 365),
  SEAL_GRACE_SECONDS: seconds(900, 30),
  EXPOSURE_MAX_AGE_DAYS: whole(90, 1, 3_650),
  EXPOSURE_RETENTION_DAYS: whole(120, 1, 36_500),
  IMPORT_LOOKBACK_DAYS: whole(30, 0, 3_650),
  MIXPANEL_SETTLE_SECONDS: seconds(7_200, 30),
  MIXPANEL_EXPORT_EVENT_NAME: plainText.default("Inworld Router Exposure"),
  MIXPANEL_INGESTION_URL: origin,
  MIXPANEL_DATA_URL: origin,
  MIXPANEL_API_URL: origin,
  BIGQUERY_LOOKBACK_HOURS: whole(24, 0, 24 * 365).transform((value) => value * HOUR_MS),
  BIGQUERY_REST_URL: origin,
  BIGQUERY_STORAGE_URL: origin,
  IAM_CREDENTIALS_URL: origin,
  GOOGLE_SOURCE_TOKEN: token.optional(),
  BIGQUERY_EXPORT_TABLE: tableName.default("inworld_router_exposures"),
  BIGQUERY_STAGING_PREFIX: tableName.default("inworld_staging_"),
  GATEWAY_MODEL_PREFIX: modelPrefix,
  GATEWAY_ALLOWED_HOSTS: hostList,
  GATEWAY_HEADERS_TIMEOUT_SECONDS: seconds(120, 1, 1),
  GATEWAY_IDLE_TIMEOUT_SECONDS: seconds(120, 1, 1),
  RECONCILE_INTERVAL_SECONDS: seconds(60, 1),
  WORKFLOW_BUNDLE: z.string().optional(),
  WORKER_METRICS_ADDRESS: socketAddress,
  ACTIVITY_HEARTBEAT_SECONDS: seconds(20, 1, 1),
  LOG_LEVEL: z
    .string()
    .refine((level) => LOG_LEVELS.includes(level), `must be one of ${LOG_LEVELS.join(", ")}`)
    .default("info"),
});

/** Commands that never touch a provider's secret do without the key. */
const withoutSecretKey = environment.extend({ CROSSCURRENT_SECRET_KEY: secretKeys.optional() });

/**
 * Reads all settings, or throws a ConfigError that lists every bad one. An empty value counts as absent.
 *
 * @example const config = loadConfig();
 */
export function loadConfig(env: Record<string, string | undefined> = process.env, needs = { secretKey: true }): Config {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ""));
  const result = (needs.secretKey ? environment : withoutSecretKey).safeParse(given);
  const problems: SettingProblem[] = (result.error?.issues ?? []).map((issue) => ({
    setting: String(issue.path[0]),
    message: issue.message,
  }));
  // Checked apart from the rest, so that they are reported together with other bad settings.
  problems.push(...retentionProblem(given), ...versioningProblem(given));
  if (!result.success || problems.length > 0) throw new ConfigError(problems);
  return toConfig(result.data);
}

function retentionProblem(given: Record<string, string | undefined>): SettingProblem[] {
  const both = environment.pick({ EXPOSURE_MAX_AGE_DAYS: true, EXPOSURE_RETENTION_DAYS: true }).safeParse(given);
  if (!both.success || both.data.EXPOSURE_RETENTION_DAYS >= both.data.EXPOSURE_MAX_AGE_DAYS) return [];
  const atLeast = both.data.EXPOSURE_MAX_AGE_DAYS;
  const message = `must be at least EXPOSURE_MAX_AGE_DAYS (${atLeast}): exposures are accepted for that long`;
  return [{ setting: "EXPOSURE_RETENTION_DAYS", message }];
}

function versioningProblem(given: Record<string, string | undefined>): SettingProblem[] {
  const names = ["TEMPORAL_DEPLOYMENT_NAME", "TEMPORAL_WORKER_BUILD_ID"];
  const missing = names.filter((name) => given[name] === undefined);
  const message = "is required where the other of the two is set: worker versioning needs both";
  return missing.length === 1 ? missing.map((setting) => ({ setting, message })) : [];
}

function toConfig(env: z.output<typeof withoutSecretKey>): Config {
  return {
    databaseUrl: env.DATABASE_URL,
    temporal: {
      taskQueue: env.TEMPORAL_TASK_QUEUE,
      deploymentName: env.TEMPORAL_DEPLOYMENT_NAME,
      buildId: env.TEMPORAL_WORKER_BUILD_ID,
    },
    server: {
      host: env.HOST,
      port: env.PORT,
      publicUrl: env.PUBLIC_URL,
      trustedProxies: env.TRUSTED_PROXIES,
      limits: {
        signInsPerMinute: env.SIGN_INS_PER_MINUTE,
        failedKeysPerMinute: env.FAILED_KEYS_PER_MINUTE,
        workspaceCallsPerMinute: env.WORKSPACE_CALLS_PER_MINUTE,
      },
    },
    temporalUiUrl: env.TEMPORAL_UI_URL,
    portalDir: env.PORTAL_DIR,
    secretKeys: env.CROSSCURRENT_SECRET_KEY ?? [],
    syncIntervalMs: env.SYNC_INTERVAL_SECONDS,
    syncJitterMs: env.SYNC_JITTER_SECONDS,
    sealGraceMs: env.SEAL_GRACE_SECONDS,
    exposureMaxAgeDays: env.EXPOSURE_MAX_AGE_DAYS,
    exposureRetentionDays: env.EXPOSURE_RETENTION_DAYS,
    importLookbackDays: env.IMPORT_LOOKBACK_DAYS,
    mixpanel: {
      settleMs: env.MIXPANEL_SETTLE_SECONDS,
      exportEventName: env.MIXPANEL_EXPORT_EVENT_NAME,
      ingestionUrl: env.MIXPANEL_INGESTION_URL,
      dataUrl: env.MIXPANEL_DATA_URL,
      apiUrl: env.MIXPANEL_API_URL,
    },
    bigquery: {
      overlapMs: env.BIGQUERY_LOOKBACK_HOURS,
      exportTable: env.BIGQUERY_EXPORT_TABLE,
      stagingPrefix: env.BIGQUERY_STAGING_PREFIX,
      restUrl: env.BIGQUERY_REST_URL,
      storageUrl: env.BIGQUERY_STORAGE_URL,
      iamCredentialsUrl: env.IAM_CREDENTIALS_URL,
      sourceToken: env.GOOGLE_SOURCE_TOKEN,
    },
    gateway: {
      modelPrefix: env.GATEWAY_MODEL_PREFIX,
      allowedHosts: env.GATEWAY_ALLOWED_HOSTS,
      headersTimeoutMs: env.GATEWAY_HEADERS_TIMEOUT_SECONDS,
      idleTimeoutMs: env.GATEWAY_IDLE_TIMEOUT_SECONDS,
    },
    reconcileIntervalMs: env.RECONCILE_INTERVAL_SECONDS,
    workflowBundle: env.WORKFLOW_BUNDLE,
    workerMetricsAddress: env.WORKER_METRICS_ADDRESS,
    activityHeartbeatMs: env.ACTIVITY_HEARTBEAT_SECONDS,
    logLevel: env.LOG_LEVEL,
  };
}
