// What a provider is, apart from how it is talked to: all that the API, the Portal, the store and the docs know of it.
import { z } from "zod";
import type { SettingGroup } from "../config/setting.ts";
import { SyncError } from "../domain/errors.ts";
import type { JsonObject } from "../domain/integration.ts";

/** One field of a provider's settings or events: its rule, and how people are asked for it. All values are texts. */
export interface Field<S extends z.ZodType<string | null> = z.ZodType<string | null>> {
  readonly schema: S;
  readonly label: string;
  readonly help?: string;
  /** For the API's documentation. */
  readonly example: string;
  /** Checked while one types; the schema has the last word. */
  readonly rule?: TextRule;
  /** The choices of a select: what people read, by value. */
  readonly choices?: Readonly<Record<string, string>>;
  /** What is offered while one types, from what the integration's project holds. */
  readonly suggest?: Suggestion;
  readonly isNumeric?: boolean;
  /** Folded away, because its default is right for most people. */
  readonly isAdvanced?: boolean;
  /** Settings never change, except for these. */
  readonly isChangeable?: boolean;
  /** Export cannot be switched on without a value. */
  readonly isNeededToExport?: boolean;
}

export type Fields = Readonly<Record<string, Field>>;
export type ValuesOf<F extends Fields> = { -readonly [Name in keyof F]: z.output<F[Name]["schema"]> };

/** Columns are offered if they have one of these types. */
export type Suggestion =
  | { readonly list: "datasets" | "tables" }
  | { readonly list: "columns"; readonly types: readonly string[] };

/** A rule for texts, stated once: `message` is the API's answer to a text that breaks it, and what forms say. */
export interface TextRule {
  readonly pattern: RegExp;
  readonly message: string;
  readonly maxChars?: number;
  readonly maxBytes?: number;
}

export interface ProviderSpec {
  /** In paths, in the API's `provider` and in the database. */
  readonly id: string;
  readonly title: string;
  /** One sentence for those who choose a provider. */
  readonly summary: string;
  readonly settings: Fields;
  /** The credential that is kept encrypted. */
  readonly secret?: Field<z.ZodType<string>> & { readonly name: string };
  /** The settings that tell projects apart: a workspace connects each combination of their values once. */
  readonly projectFields: readonly string[];
  /** Stands before their values in titles, if these say little by themselves. */
  readonly titlePrefix?: string;
  readonly event: {
    /** What the API calls an event's name. */
    readonly nameField: string;
    readonly label: string;
    readonly help: string;
    readonly example: string;
    readonly descriptionHelp: string;
    /** What else says which rows are meant. */
    readonly source: Fields;
  };
  /** Names of properties that identify a user, in any case: their values are never shown as examples. */
  identityProperties(source: JsonObject | null): readonly string[];
  /** Whether a destination can change what it has: then a revision of a bucket is delivered too. */
  readonly deliversUpdates: boolean;
  /** What the API's calls for looking into a project take as names, if the connector can look. */
  readonly browse?: { readonly dataset: z.ZodType<string>; readonly table: z.ZodType<string> };
  /** What the operator sets for all integrations: the options of the connector, by their names. */
  readonly operatorSettings: SettingGroup;
}

/** A field's schema and rule. JSON Schema knows no flags, so a pattern with the flag `u` is not part of its schema. */
export function text(rule: TextRule) {
  const { pattern, message, maxChars } = rule;
  const bounded = maxChars === undefined ? z.string() : z.string().max(maxChars, { error: message, abort: true });
  const schema = pattern.unicode
    ? bounded.min(1, { error: message, abort: true }).refine((value) => keeps(rule, value), message)
    : bounded.regex(pattern, message);
  return { schema, rule };
}

export function keeps({ pattern, maxChars, maxBytes }: TextRule, value: string): boolean {
  if (maxChars !== undefined && value.length > maxChars) return false;
  if (maxBytes !== undefined && new TextEncoder().encode(value).length > maxBytes) return false;
  return pattern.test(value);
}

/** A field that people choose; the first choice is the default. */
export function select<C extends Record<string, string>>(choices: C) {
  const [first, ...others] = Object.keys(choices) as [keyof C & string, ...(keyof C & string)[]];
  return { schema: z.enum([first, ...others]).default(first as never), choices };
}

const MAX_TEXT_CHARS = 255;
export const PLAIN_TEXT = {
  pattern: /^(?=\s*\S)[^\p{Cc}\p{Cs}]*$/u,
  maxChars: MAX_TEXT_CHARS,
  message: `must be 1 to ${MAX_TEXT_CHARS} characters, not blank and without control characters`,
} satisfies TextRule;

/**
 * Reads what the store holds with the schemas of the spec, once per object.
 *
 * @example const settingsOf = reader(mixpanelSpec.settings); settingsOf(connection.settings).projectId
 */
export function reader<F extends Fields>(fields: F): (stored: JsonObject) => ValuesOf<F> {
  const schema = z.object(Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, field.schema])));
  const known = new WeakMap<JsonObject, ValuesOf<F>>();
  return (stored) => {
    let values = known.get(stored);
    if (values === undefined) {
      const result = schema.safeParse(stored);
      if (!result.success) {
        const wrong = result.error.issues.map(({ path, message }) => `${path.join(".")} ${message}`).join("; ");
        throw new SyncError(
          "schema",
          `The stored configuration cannot be used: ${wrong}. Delete it and create it anew.`,
        );
      }
      // Each value was parsed by the schema of its field.
      values = result.data as ValuesOf<F>;
      known.set(stored, values);
    }
    return values;
  };
}
