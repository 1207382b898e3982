// Reads the settings of every process. Nothing else reads the environment. All bad settings are reported at once.
import { PROVIDER_SPECS } from "../providers/specs.ts";
import { admissionSettings } from "./admissionSettings.ts";
import { databaseSettings, poolSettings } from "./databaseSettings.ts";
import {
  readSettings,
  type Environment,
  type ProviderSettings,
  type SettingGroup,
  type SettingProblem,
  type SettingValues,
} from "./setting.ts";
import { gatewaySettings, generalSettings, limitSettings, readBy, secretSettings, serverSettings } from "./settings.ts";
import { codecServerSettings, temporalSettings, tracingSettings } from "./temporalSettings.ts";
import { workerSettings } from "./workerSettings.ts";

export type Config = ReturnType<typeof readConfig>;

type ProviderConfigs = {
  [Spec in (typeof PROVIDER_SPECS)[number] as Spec["id"]]: SettingValues<Spec["operatorSettings"]>;
};

/** Settings of several pools in one group, by their names, because each pool has the same keys. */
function named(pools: Record<string, SettingGroup>): SettingGroup {
  const settings = Object.values(pools).flatMap((group) => Object.values(group));
  return Object.fromEntries(settings.map((setting) => [setting.name, setting]));
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

/** Every setting, in the order in which docs/operators/settings.md lists them. */
export const SETTING_GROUPS: { title: string; settings: SettingGroup }[] = [
  { title: "General", settings: { ...secretSettings, ...generalSettings } },
  {
    title: "Connections to PostgreSQL",
    settings: { ...databaseSettings, ...named(poolSettings) },
  },
  { title: "Temporal", settings: { ...temporalSettings, ...codecServerSettings, ...tracingSettings } },
  { title: "Worker", settings: workerSettings },
  { title: "Server", settings: { ...serverSettings, ...limitSettings } },
  { title: "Limits", settings: admissionSettings },
  { title: "Gateway", settings: gatewaySettings },
  ...PROVIDER_SPECS.map(({ title, operatorSettings }) => ({
    title,
    settings: readBy(["server", "worker"], operatorSettings),
  })),
];

interface Needs {
  secretKey: boolean;
  /** Whether the shares of workspaces in a server must fit its connections. */
  server: boolean;
}

/** Throws a ConfigError that lists every bad setting. An empty value counts as absent. */
export function loadConfig(env: Environment = process.env, needs: Needs = { secretKey: true, server: true }): Config {
  const problems: SettingProblem[] = [];
  const config = readConfig(env, needs, problems);
  problems.push(...retentionProblem(config), ...versioningProblem(env), ...(needs.server ? shareProblems(config) : []));
  if (problems.length > 0) throw new ConfigError(problems);
  return config;
}

function readConfig(env: Environment, needs: Needs, problems: SettingProblem[]) {
  const read = <Group extends ProviderSettings>(group: Group) => readSettings(group, env, problems);
  const isKeyRead = needs.secretKey || Boolean(env[secretSettings.secretKeys.name]);
  return {
    ...read(generalSettings),
    secretKeys: isKeyRead ? read(secretSettings).secretKeys : [],
    database: {
      ...read(databaseSettings),
      pools: {
        keys: read(poolSettings.keys),
        ingest: read(poolSettings.ingest),
        reports: read(poolSettings.reports),
        bookkeeping: read(poolSettings.bookkeeping),
        bulk: read(poolSettings.bulk),
      },
    },
    temporal: readTemporal(env, problems),
    tracesExporter: read(tracingSettings).tracesExporter,
    worker: read(workerSettings),
    server: { ...read(serverSettings), limits: read(limitSettings) },
    admission: read(admissionSettings),
    gateway: read(gatewaySettings),
    providers: Object.fromEntries(
      PROVIDER_SPECS.map(({ id, operatorSettings }) => [id, read<ProviderSettings>(operatorSettings)]),
    ) as ProviderConfigs,
  };
}

function readTemporal(env: Environment, problems: SettingProblem[]) {
  const { payloadKeys, payloadEncryption, ...settings } = readSettings(temporalSettings, env, problems);
  return { ...settings, encryption: { keys: payloadKeys ?? [], encrypts: payloadEncryption === "on" } };
}

// After a problem with one of the two, its value is undefined and the comparison is false.
function retentionProblem({ exposureMaxAgeDays, exposureRetentionDays }: Config): SettingProblem[] {
  if (!(exposureRetentionDays < exposureMaxAgeDays)) return [];
  const message = `must be at least EXPOSURE_MAX_AGE_DAYS (${exposureMaxAgeDays}): they are accepted for that long`;
  return [{ setting: "EXPOSURE_RETENTION_DAYS", message }];
}

/**
 * Calls that hang must leave connections to others: to what ends them, and to the gateway's exposures. A report that
 * waits for a connection would look like a process that is stuck.
 */
function shareProblems({ admission, database: { pools } }: Config): SettingProblem[] {
  const shares = [
    ["apiCallsAtOnce", "bookkeeping", 1],
    ["ingestsAtOnce", "ingest", 1],
    ["reportsAtOnce", "reports", 0],
  ] as const;
  return shares.flatMap(([share, pool, left]) => {
    const max = pools[pool].connections - left;
    if (!(admission[share] > max)) return [];
    const message = `must be at most ${max}, because of ${poolSettings[pool].connections.name}`;
    return [{ setting: admissionSettings[share].name, message }];
  });
}

function versioningProblem(env: Environment): SettingProblem[] {
  const names = [temporalSettings.deploymentName.name, temporalSettings.buildId.name];
  const missing = names.filter((name) => !env[name]);
  const message = "is required where the other of the two is set: worker versioning needs both";
  return missing.length === 1 ? missing.map((setting) => ({ setting, message })) : [];
}
