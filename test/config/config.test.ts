// Settings: defaults, every bad one at once, and never a value in a message.
import { describe, expect, test } from "vitest";
import { ConfigError, loadConfig } from "../../src/config/config.ts";

const KEY = Buffer.alloc(32, 1).toString("base64");
const MINIMAL = { DATABASE_URL: "postgresql://u:hunter2@db/x", CROSSCURRENT_SECRET_KEY: KEY };

function problemsOf(env: Record<string, string>, needs?: { secretKey: boolean; server: boolean }): ConfigError {
  try {
    loadConfig(env, needs);
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error("no setting was refused");
}

const settingsOf = (error: ConfigError): string[] => error.problems.map(({ setting }) => setting).toSorted();

describe("defaults", () => {
  test("two settings are enough, the rest is as documented", () => {
    // The limits of workspaces and workers are in limits.test.ts.
    const { admission: _admission, worker: _worker, ...config } = loadConfig(MINIMAL);
    expect(config).toEqual({
      databaseUrl: MINIMAL.DATABASE_URL,
      database: {
        connectionMaxMs: 1_800_000,
        stuckAfterMs: 30_000,
        pools: {
          keys: { connections: 4, timeoutMs: 3_000 },
          ingest: { connections: 10, timeoutMs: 12_000 },
          reports: { connections: 4, timeoutMs: 30_000 },
          bookkeeping: { connections: 12, timeoutMs: 15_000 },
          bulk: { connections: 10, timeoutMs: 600_000 },
        },
      },
      temporal: {
        taskQueue: "crosscurrent",
        deploymentName: undefined,
        buildId: undefined,
        encryption: { keys: [], encrypts: true },
      },
      tracesExporter: "none",
      server: {
        host: "127.0.0.1",
        port: 8080,
        publicUrl: undefined,
        trustedProxies: 0,
        limits: {
          signInsPerMinute: 30,
          failedKeysPerMinute: 120,
          connectionTestsPerMinute: 20,
        },
      },
      temporalUiUrl: undefined,
      secretKeys: [Buffer.alloc(32, 1)],
      syncIntervalMs: 28_800_000,
      syncJitterMs: 900_000,
      sealGraceMs: 900_000,
      exposureMaxAgeDays: 90,
      exposureRetentionDays: 120,
      importLookbackDays: 30,
      integrationsPerWorkspace: 1_000,
      providers: {
        mixpanel: {
          settleMs: 7_200_000,
          exportEventName: "Inworld Router Exposure",
          ingestionUrl: undefined,
          dataUrl: undefined,
          apiUrl: undefined,
        },
        bigquery: {
          lookbackMs: 3 * 86_400_000,
          exportTable: "inworld_router_exposures",
          stagingPrefix: "inworld_staging_",
          restUrl: undefined,
          storageUrl: undefined,
          iamCredentialsUrl: undefined,
          iamUrl: undefined,
          ownership: "claim",
          sourcePrincipal: undefined,
          sourceToken: undefined,
        },
      },
      gateway: {
        modelPrefix: "inworld/",
        allowedHosts: [],
        allowedPorts: [443, 8443],
        headersTimeoutMs: 120_000,
        idleTimeoutMs: 120_000,
        keepAliveMs: 20_000,
      },
      reconcileIntervalMs: 60_000,
      activityHeartbeatMs: 20_000,
      activityStallMs: 900_000,
      passesAtOnce: 4,
      runStartsPerMinute: 120,
      logLevel: "info",
    });
  });

  test("an empty value counts as absent", () => {
    expect(loadConfig({ ...MINIMAL, PORT: "", MIXPANEL_API_URL: "" }).server.port).toBe(8080);
    expect(settingsOf(problemsOf({ ...MINIMAL, DATABASE_URL: "" }))).toEqual(["DATABASE_URL"]);
  });
});

describe("good values", () => {
  test("waits may be 0", () => {
    const names = [
      "SYNC_INTERVAL_SECONDS",
      "SYNC_JITTER_SECONDS",
      "SEAL_GRACE_SECONDS",
      "MIXPANEL_SETTLE_SECONDS",
      "RECONCILE_INTERVAL_SECONDS",
      "BIGQUERY_LOOKBACK_HOURS",
    ];
    const config = loadConfig({ ...MINIMAL, ...Object.fromEntries(names.map((name) => [name, "0"])) });
    expect([config.syncIntervalMs, config.syncJitterMs, config.sealGraceMs]).toEqual([0, 0, 0]);
    expect([config.providers.mixpanel.settleMs, config.reconcileIntervalMs]).toEqual([0, 0]);
    expect(config.providers.bigquery.lookbackMs).toBe(0);
  });

  test("turns leave connections to others", () => {
    const env = {
      ...MINIMAL,
      API_CALLS_AT_ONCE: "12",
      INGESTS_AT_ONCE: "10",
      REPORTS_AT_ONCE: "5",
    };
    expect(settingsOf(problemsOf(env))).toEqual(["API_CALLS_AT_ONCE", "INGESTS_AT_ONCE", "REPORTS_AT_ONCE"]);
    // Only servers have them.
    expect(() => loadConfig(env, { secretKey: true, server: false })).not.toThrow();
    const more = { BOOKKEEPING: "13", INGEST: "11", REPORT: "5" };
    const names = Object.entries(more).map(([pool, connections]) => [`DATABASE_${pool}_CONNECTIONS`, connections]);
    expect(() => loadConfig({ ...env, ...Object.fromEntries(names) })).not.toThrow();
  });

  test("several keys: all are read, in order", () => {
    const second = Buffer.alloc(32, 2).toString("base64");
    expect(loadConfig({ ...MINIMAL, CROSSCURRENT_SECRET_KEY: `${KEY}, ${second}` }).secretKeys).toEqual([
      Buffer.alloc(32, 1),
      Buffer.alloc(32, 2),
    ]);
  });

  test("hosts of upstreams are taken as they stand in a URL", () => {
    const hosts = (text: string) => loadConfig({ ...MINIMAL, GATEWAY_ALLOWED_HOSTS: text }).gateway.allowedHosts;
    expect(hosts(" LLM.example, 127.1:8095,[::1]:80,llm:443,")).toEqual([
      "llm.example",
      "127.0.0.1:8095",
      "[::1]:80",
      "llm:443",
    ]);
    for (const wrong of ["http://a", "a/b", "a b", "a@b", "a:b"]) {
      expect(settingsOf(problemsOf({ ...MINIMAL, GATEWAY_ALLOWED_HOSTS: `llm,${wrong}` }))).toEqual([
        "GATEWAY_ALLOWED_HOSTS",
      ]);
    }
    expect(loadConfig({ ...MINIMAL, GATEWAY_MODEL_PREFIX: "acme:" }).gateway.modelPrefix).toBe("acme:");
    expect(settingsOf(problemsOf({ ...MINIMAL, GATEWAY_MODEL_PREFIX: "acme" }))).toEqual(["GATEWAY_MODEL_PREFIX"]);
  });

  test("a worker's metrics have an address", () => {
    expect(loadConfig(MINIMAL).workerMetricsAddress).toBeUndefined();
    for (const address of ["127.0.0.1:9464", "0.0.0.0:1", "[::]:9464"]) {
      expect(loadConfig({ ...MINIMAL, WORKER_METRICS_ADDRESS: address }).workerMetricsAddress).toBe(address);
    }
  });

  test("an address is taken as an origin", () => {
    expect(loadConfig({ ...MINIMAL, MIXPANEL_DATA_URL: "http://127.0.0.1:9/" }).providers.mixpanel.dataUrl).toBe(
      "http://127.0.0.1:9",
    );
  });

  test("BigQuery's addresses, token and tables", () => {
    const { bigquery } = loadConfig({
      ...MINIMAL,
      BIGQUERY_REST_URL: "http://127.0.0.1:9050/",
      BIGQUERY_STORAGE_URL: "http://127.0.0.1:9060",
      IAM_CREDENTIALS_URL: "https://iam.internal",
      IAM_URL: "http://127.0.0.1:9050",
      BIGQUERY_OWNERSHIP: "description",
      GOOGLE_SOURCE_PRINCIPAL: "ours@operator.iam.gserviceaccount.com",
      GOOGLE_SOURCE_TOKEN: "ya29.a-b_c~d+e/f=",
      BIGQUERY_EXPORT_TABLE: "exposures-2",
      BIGQUERY_STAGING_PREFIX: "staging_",
      BIGQUERY_LOOKBACK_HOURS: "48",
    }).providers;
    expect(bigquery).toEqual({
      lookbackMs: 2 * 86_400_000,
      exportTable: "exposures-2",
      stagingPrefix: "staging_",
      restUrl: "http://127.0.0.1:9050",
      storageUrl: "http://127.0.0.1:9060",
      iamCredentialsUrl: "https://iam.internal",
      iamUrl: "http://127.0.0.1:9050",
      ownership: "description",
      sourcePrincipal: "ours@operator.iam.gserviceaccount.com",
      sourceToken: "ya29.a-b_c~d+e/f=",
    });
  });

  test("a command that needs no secret key does without, but refuses a bad one", () => {
    const { CROSSCURRENT_SECRET_KEY: _, ...without } = MINIMAL;
    expect(loadConfig(without, { secretKey: false, server: false }).secretKeys).toEqual([]);
    expect(settingsOf(problemsOf(without))).toEqual(["CROSSCURRENT_SECRET_KEY"]);
    const bad = { ...without, CROSSCURRENT_SECRET_KEY: "short" };
    expect(settingsOf(problemsOf(bad, { secretKey: false, server: false }))).toEqual(["CROSSCURRENT_SECRET_KEY"]);
  });
});

const BAD: Record<string, string[]> = {
  DATABASE_URL: ["mysql://u:hunter2@db/x", "hunter2"],
  CROSSCURRENT_SECRET_KEY: [
    "hunter2",
    `${KEY},hunter2`,
    Buffer.alloc(31).toString("base64"),
    Buffer.alloc(33).toString("base64"),
  ],
  TEMPORAL_TASK_QUEUE: ["a\nb", "x".repeat(256)],
  TEMPORAL_DEPLOYMENT_NAME: ["a\u0007"],
  HOST: ["a\nb"],
  PORT: ["65536", "-1", "http"],
  SYNC_INTERVAL_SECONDS: ["-1", "1.5", "8h", "99999999999"],
  SYNC_JITTER_SECONDS: ["-1", "x"],
  SEAL_GRACE_SECONDS: ["-1", "x"],
  EXPOSURE_MAX_AGE_DAYS: ["0", "x"],
  EXPOSURE_RETENTION_DAYS: ["0", "89", "x"],
  IMPORT_LOOKBACK_DAYS: ["-1", "x"],
  MIXPANEL_SETTLE_SECONDS: ["-1", "x"],
  MIXPANEL_EXPORT_EVENT_NAME: ["a\u0000b", "x".repeat(256)],
  MIXPANEL_INGESTION_URL: ["ftp://x", "127.0.0.1:80", "http://x/import", "http://x?a=1", "http://hunter2:hunter2@x"],
  MIXPANEL_DATA_URL: ["http://x/api"],
  MIXPANEL_API_URL: ["http://x/#a"],
  BIGQUERY_LOOKBACK_HOURS: ["-1", "1.5", "x", "8761"],
  BIGQUERY_REST_URL: ["http://x/bigquery/v2"],
  BIGQUERY_STORAGE_URL: ["127.0.0.1:9060", "grpc://x"],
  IAM_CREDENTIALS_URL: ["http://x/v1"],
  IAM_URL: ["http://x/v1"],
  BIGQUERY_OWNERSHIP: ["none", "Claim"],
  GOOGLE_SOURCE_TOKEN: ["hunter2 hunter2", "hunter2\n", "ü"],
  BIGQUERY_EXPORT_TABLE: ["a.b", "a`b", "a$20260101", "a'b", "x".repeat(129)],
  BIGQUERY_STAGING_PREFIX: ["a/b", 'a"b', "a\n", "x".repeat(129)],
  RECONCILE_INTERVAL_SECONDS: ["-1", "x"],
  ACTIVITY_HEARTBEAT_SECONDS: ["0", "x"],
  ACTIVITY_STALL_SECONDS: ["9", "x"],
  WORKER_BULK_SLOTS: ["0", "1001"],
  WORKER_MEMORY_PERCENT: ["9", "101", "80%"],
  WORKER_CACHED_WORKFLOWS: ["-1", "x"],
  WORKER_POLLERS_MAX: ["1", "201"],
  TEMPORAL_PAYLOAD_KEY: ["hunter2", Buffer.alloc(31).toString("base64")],
  TEMPORAL_PAYLOAD_ENCRYPTION: ["yes", "On"],
  OTEL_TRACES_EXPORTER: ["console", "OTLP"],
  WORKER_METRICS_ADDRESS: ["9464", "localhost:9464", "127.0.0.1", "127.0.0.1:65536", "::1:9464", "[127.0.0.1]:9464"],
  SERVER_METRICS_ADDRESS: ["9463", "localhost:9463"],
  INTEGRATIONS_PER_WORKSPACE: ["0", "-1", "x"],
  CONNECTION_TESTS_PER_MINUTE: ["-1", "x"],
  GATEWAY_ALLOWED_PORTS: ["0", "443;8443", "443,", "65536", "https"],
  LOG_LEVEL: ["loud"],
};

describe("bad values", () => {
  test.each(Object.entries(BAD).flatMap(([name, values]) => values.map((value) => [name, value] as const)))(
    "%s=%j is refused by name alone",
    (name, value) => {
      const error = problemsOf({ ...MINIMAL, [name]: value });
      expect(settingsOf(error)).toContain(name);
      expect(error.message).not.toContain("hunter2");
      expect(error.message).not.toContain(KEY);
    },
  );

  test("all are reported at once", () => {
    const error = problemsOf(Object.fromEntries(Object.entries(BAD).map(([name, values]) => [name, values[0] ?? ""])));
    expect(new Set(settingsOf(error))).toEqual(new Set([...Object.keys(BAD), "TEMPORAL_WORKER_BUILD_ID"]));
    for (const name of Object.keys(BAD)) expect(error.message).toContain(`\n  ${name}: `);
  });

  test("a retention under the accepted age is refused, together with others", () => {
    const error = problemsOf({ ...MINIMAL, EXPOSURE_MAX_AGE_DAYS: "200", LOG_LEVEL: "loud" });
    expect(settingsOf(error)).toEqual(["EXPOSURE_RETENTION_DAYS", "LOG_LEVEL"]);
    expect(error.message).toContain("EXPOSURE_MAX_AGE_DAYS (200)");
  });

  test("worker versioning needs both of its settings", () => {
    expect(settingsOf(problemsOf({ ...MINIMAL, TEMPORAL_WORKER_BUILD_ID: "b1" }))).toEqual([
      "TEMPORAL_DEPLOYMENT_NAME",
    ]);
  });
});
