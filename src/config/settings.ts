// All settings but those of the providers, which their specs define: name, parser, default and meaning.
import { z } from "zod";
import {
  databaseUrl,
  hostList,
  logLevel,
  modelPrefix,
  origin,
  plainText,
  portList,
  seconds,
  secretKeys,
  socketAddress,
  wholeNumber,
} from "./parsers.ts";
import type { ProviderSettings, Setting, SettingGroup, SettingReader } from "./setting.ts";

export const EVERYWHERE: SettingReader[] = ["server", "worker", "migrate", "commands"];

/** The settings of `group`, all read by the same processes and commands. */
export function readBy<Group extends ProviderSettings>(readers: SettingReader[], group: Group) {
  const settings = Object.entries(group).map(([key, setting]) => [key, { ...setting, readBy: readers }]);
  return Object.fromEntries(settings) as { [Key in keyof Group]: Group[Key] & Pick<Setting, "readBy"> };
}

export const generalSettings = {
  ...readBy(EVERYWHERE, {
    databaseUrl: {
      name: "DATABASE_URL",
      parser: databaseUrl,
      description: "PostgreSQL 15 or later, as in `postgresql://user:password@host:5432/name`.",
    },
  }),
  ...readBy(["server", "worker"], {
    exposureMaxAgeDays: {
      name: "EXPOSURE_MAX_AGE_DAYS",
      parser: wholeNumber(1, 3_650),
      default: "90",
      description: "Exposures with older timestamps are refused.",
    },
    logLevel: {
      name: "LOG_LEVEL",
      parser: logLevel,
      default: "info",
      description: "`trace`, `debug`, `info`, `warn`, `error`, `fatal` or `silent`.",
    },
  }),
  ...readBy(["server", "commands"], {
    temporalUiUrl: {
      name: "TEMPORAL_UI_URL",
      parser: origin.optional(),
      description: "The origin of Temporal's UI, for links to workflows. It shows the workflows of all workspaces.",
    },
  }),
  ...readBy(["server"], {
    importLookbackDays: {
      name: "IMPORT_LOOKBACK_DAYS",
      parser: wholeNumber(0, 3_650),
      default: "30",
      description: "An integration without `importFrom` imports from this many days before its creation.",
    },
    integrationsPerWorkspace: {
      name: "INTEGRATIONS_PER_WORKSPACE",
      parser: wholeNumber(1, 1_000_000),
      default: "1000",
      description: "A workspace has at most this many integrations. Each has a workflow of its own.",
    },
    portalDir: {
      name: "PORTAL_DIR",
      parser: z.string().optional(),
      description: "The folder of the built Portal, for a server that runs from source. A build has its own.",
    },
  }),
  ...readBy(["worker"], {
    syncIntervalMs: {
      name: "SYNC_INTERVAL_SECONDS",
      parser: seconds(0, 365),
      default: "28800",
      description: "The time from one run to the next. Each integration has its own times within it.",
    },
    syncJitterMs: {
      name: "SYNC_JITTER_SECONDS",
      parser: seconds(0, 365),
      default: "900",
      description: "Runs that became due while no worker ran are spread over this time.",
    },
    sealGraceMs: {
      name: "SEAL_GRACE_SECONDS",
      parser: seconds(0, 30),
      default: "900",
      description: "The time from the end of a bucket's hour until it is sealed. What arrives later counts as late.",
    },
    exposureRetentionDays: {
      name: "EXPOSURE_RETENTION_DAYS",
      parser: wholeNumber(1, 36_500),
      default: "120",
      description: "Raw exposures are kept for this long. It must be at least `EXPOSURE_MAX_AGE_DAYS`.",
    },
    activityHeartbeatMs: {
      name: "ACTIVITY_HEARTBEAT_SECONDS",
      parser: seconds(1, 1),
      default: "20",
      description: "A worker that is silent for this long is taken for dead, and its work is given to another one.",
    },
    activityStallMs: {
      name: "ACTIVITY_STALL_SECONDS",
      parser: seconds(10, 1),
      default: "900",
      description: "A step of a run that makes no progress for this long is ended and tried again.",
    },
    runStartsPerMinute: {
      name: "RUN_STARTS_PER_MINUTE",
      parser: wholeNumber(0, 100_000),
      default: "120",
      description: "Runs that a workspace may start, after 20 at once. The others wait for their turn. 0: no limit.",
    },
    passesAtOnce: {
      name: "IMPORT_PASSES_AT_ONCE",
      parser: wholeNumber(1, 100),
      default: "4",
      description: "Tables or groups of events that one run reads side by side.",
    },
    workerMetricsAddress: {
      name: "WORKER_METRICS_ADDRESS",
      parser: socketAddress.optional(),
      description: "`address:port` where a worker serves Prometheus, as in `127.0.0.1:9464`.",
    },
    workflowBundle: {
      name: "WORKFLOW_BUNDLE",
      parser: z.string().optional(),
      description: "The file of the bundled workflows, for a worker that runs from source. A build has its own.",
    },
  }),
  ...readBy(["migrate"], {
    reconcileIntervalMs: {
      name: "RECONCILE_INTERVAL_SECONDS",
      parser: seconds(0, 1),
      default: "60",
      description: "The time between two passes of the reconciler. A change takes effect with `migrate`.",
    },
  }),
};

/** Commands that never touch a customer's secret work without it. */
export const secretSettings = {
  secretKeys: {
    name: "CROSSCURRENT_SECRET_KEY",
    parser: secretKeys,
    description:
      "32 bytes as base64, the same for all servers and workers. Separate several by commas: the first encrypts.",
    readBy: ["server", "worker"],
  },
} satisfies SettingGroup;

export const serverSettings = readBy(["server"], {
  host: {
    name: "HOST",
    parser: plainText,
    default: "127.0.0.1",
    description: "The address on which the server listens.",
  },
  port: {
    name: "PORT",
    parser: wholeNumber(0, 65_535),
    default: "8080",
    description: "The port on which the server listens.",
  },
  metricsAddress: {
    name: "SERVER_METRICS_ADDRESS",
    parser: socketAddress.optional(),
    description: "`address:port` where a server serves Prometheus, as in `127.0.0.1:9463`. Not for the public.",
  },
  publicUrl: {
    name: "PUBLIC_URL",
    parser: origin.optional(),
    description:
      "The origin at which browsers find the Portal, if it differs from the call's. `https` makes its cookie `Secure`.",
  },
  trustedProxies: {
    name: "TRUSTED_PROXIES",
    parser: wholeNumber(0, 10),
    default: "0",
    description: "The number of proxies in front whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed.",
  },
});

export const limitSettings = readBy(["server"], {
  signInsPerMinute: {
    name: "SIGN_INS_PER_MINUTE",
    parser: wholeNumber(0, 100_000),
    default: "30",
    description: "Sign-ins with one key from one address. Each server counts on its own. 0 means no limit.",
  },
  failedKeysPerMinute: {
    name: "FAILED_KEYS_PER_MINUTE",
    parser: wholeNumber(0, 1_000_000),
    default: "120",
    description:
      "Calls and sign-ins with invalid keys from one address. Each server counts on its own. 0 means no limit.",
  },
  connectionTestsPerMinute: {
    name: "CONNECTION_TESTS_PER_MINUTE",
    parser: wholeNumber(0, 100_000),
    default: "20",
    description: "Connection tests of one workspace. Each server counts on its own. 0 means no limit.",
  },
});

export const gatewaySettings = readBy(["server"], {
  modelPrefix: {
    name: "GATEWAY_MODEL_PREFIX",
    parser: modelPrefix,
    default: "inworld/",
    description: "What `model` begins with before a router's id. It ends in `/` or `:`.",
  },
  allowedHosts: {
    name: "GATEWAY_ALLOWED_HOSTS",
    parser: hostList,
    default: "",
    description: "`host` or `host:port`, with commas: upstreams on private addresses or plain http, for all tenants.",
  },
  allowedPorts: {
    name: "GATEWAY_ALLOWED_PORTS",
    parser: portList,
    default: "443,8443",
    description: "The ports at which upstreams on public hosts may be reached. `GATEWAY_ALLOWED_HOSTS` is apart.",
  },
  headersTimeoutMs: {
    name: "GATEWAY_HEADERS_TIMEOUT_SECONDS",
    parser: seconds(1, 1),
    default: "120",
    description: "The time in which an upstream must begin to answer.",
  },
  idleTimeoutMs: {
    name: "GATEWAY_IDLE_TIMEOUT_SECONDS",
    parser: seconds(1, 1),
    default: "120",
    description: "The time for which an upstream's answer may then be silent.",
  },
});
