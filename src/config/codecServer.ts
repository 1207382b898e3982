// Reads the settings of the codec server, which needs neither a database nor the key of customers' secrets.
import { ConfigError } from "./config.ts";
import { readSettings, type Environment, type SettingProblem } from "./setting.ts";
import { generalSettings } from "./settings.ts";
import { codecServerSettings, payloadSettings } from "./temporalSettings.ts";

export interface CodecServerConfig {
  address: string;
  token: string;
  keys: readonly Buffer[];
  /** The origin of Temporal's UI, whose pages may call; undefined: only programs call. */
  uiOrigin: string | undefined;
  logLevel: string;
}

export function loadCodecServerConfig(env: Environment = process.env): CodecServerConfig {
  const problems: SettingProblem[] = [];
  const { temporalUiUrl, logLevel } = generalSettings;
  const general = readSettings({ temporalUiUrl, logLevel }, env, problems);
  const { address, token } = readSettings(codecServerSettings, env, problems);
  const { payloadKeys } = readSettings(payloadSettings, env, problems);
  const message = "is required by the codec server";
  for (const { name } of [codecServerSettings.token, payloadSettings.payloadKeys]) {
    if (!env[name]) problems.push({ setting: name, message });
  }
  if (problems.length > 0 || token === undefined || payloadKeys === undefined) throw new ConfigError(problems);
  return { address, token, keys: payloadKeys, uiOrigin: general.temporalUiUrl, logLevel: general.logLevel };
}
