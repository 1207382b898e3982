// What a setting is, and how a group of settings is read from the environment. Providers' specs use it too.
import type { z } from "zod";

/** The processes and commands that read settings. "commands" are the operators' commands other than `migrate`. */
export type SettingReader = "server" | "worker" | "migrate" | "commands";

/** One setting as data: the environment, the error messages and docs/operators/settings.md all come from it. */
export interface Setting {
  /** The name of the environment variable. A unit is part of the name. */
  name: string;
  /** Takes the variable's text. It is optional, if the setting may be absent and has no default. */
  parser: z.ZodType;
  /** As one would write it in the environment. */
  default?: string;
  /** Full sentences for operators, in Markdown. */
  description: string;
  readBy: readonly SettingReader[];
}

export type SettingGroup = Record<string, Setting>;

/** The settings of a provider, which servers and workers read. */
export type ProviderSettings = Record<string, Omit<Setting, "readBy">>;

export type SettingValues<Group extends ProviderSettings> = { [Key in keyof Group]: z.output<Group[Key]["parser"]> };

/** One setting that cannot be used: its name, and what is wrong and what to do. Never its value. */
export interface SettingProblem {
  setting: string;
  message: string;
}

export type Environment = Record<string, string | undefined>;

/** Reads a group of settings and adds what is wrong to `problems`. An empty value counts as absent. */
export function readSettings<Group extends ProviderSettings>(
  group: Group,
  environment: Environment,
  problems: SettingProblem[],
): SettingValues<Group> {
  const values = Object.entries(group).map(([key, setting]) => {
    const result = setting.parser.safeParse(environment[setting.name] || setting.default);
    const remedy = setting.default === undefined ? "" : `; leave it out for ${setting.default}`;
    for (const { message } of result.error?.issues ?? []) {
      problems.push({ setting: setting.name, message: `${message}${remedy}` });
    }
    return [key, result.data];
  });
  return Object.fromEntries(values) as SettingValues<Group>;
}
