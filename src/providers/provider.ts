// What a provider is, apart from how it is talked to: all that the API, the Portal, the store and the docs know of it.
import { z } from "zod";
import type { ProviderSettings } from "../config/setting.ts";
import { SyncError } from "../domain/errors.ts";
import type { JsonObject } from "../domain/integration.ts";

/** Undefined if the field may be absent and is. */
export type FieldValue = string | number | string[] | null | undefined;

/** One field of a provider's settings or events, with its input in forms. */
export interface Field<S extends z.ZodType<FieldValue> = z.ZodType<FieldValue>> {
  readonly schema: S;
  readonly label: string;
  readonly help?: string;
  readonly example: string | number | readonly string[];
  /** Checked while one types. The schema decides. */
  readonly rule?: TextRule;
  readonly choices?: Readonly<Record<string, string>>;
  /** Offers names from the customer's project. */
  readonly suggest?: Suggestion;
  readonly isNumeric?: boolean;
  /** Its value is a list of texts. Forms send one text with commas, which the schema takes too. */
  readonly isList?: boolean;
  /** Folded away, because its default is right for most people. */
  readonly isAdvanced?: boolean;
  /** Other settings cannot be changed once a row was sent or stored, other fields of an event never. */
  readonly isChangeable?: boolean;
  /** After a change of this field of an event, its rows are read again. */
  readonly isReread?: boolean;
  /** Export cannot be switched on without a value. */
  readonly isNeededToExport?: boolean;
}

export type Fields = Readonly<Record<string, Field>>;
export type ValuesOf<F extends Fields> = { -readonly [Name in keyof F]: z.output<F[Name]["schema"]> };

export type Suggestion =
  | { readonly list: "datasets" | "tables" }
  | { readonly list: "columns"; readonly types: readonly string[] };

/** `message` is shown by the API and by forms. */
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
  readonly summary: string;
  readonly settings: Fields;
  readonly secret?: Field<z.ZodType<string>> & { readonly name: string };
  /** The settings that tell projects apart: a workspace connects each combination of their values once. */
  readonly projectFields: readonly string[];
  /** The setting that names an account which this service acts as. A workspace must hold it: domain/ownership.ts. */
  readonly accountField?: string;
  /** What may be imported. */
  readonly history?: {
    /** No project has older events; `message` says so. */
    readonly first: { readonly day: string; readonly message: string };
    /** What a first import of so many days costs, in a sentence. */
    cost(days: number): string;
    readonly help: string;
  };
  /** Precedes their values in titles. */
  readonly titlePrefix?: string;
  readonly event: {
    readonly nameField: string;
    readonly label: string;
    readonly help: string;
    readonly example: string;
    readonly descriptionHelp: string;
    /** What to do about an event whose name has other characters than ours can have. */
    readonly otherNamesRemedy?: string;
    /** Fields that, with the name, select the event's rows. */
    readonly source: Fields;
  };
  /**
   * These properties, in any case of letters, identify the user, so their values are never shown. Those that the ids of
   * rows come from stand first, in the order in which they count.
   */
  identityProperties(source: JsonObject | null): readonly string[];
  /** Whether the destination can change a delivered row, so that revisions of buckets are delivered too. */
  readonly deliversUpdates: boolean;
  /** Schemas of the names that the API's calls for browsing take. */
  readonly browse?: { readonly dataset: z.ZodType<string>; readonly table: z.ZodType<string> };
  /** The connector's options, which the operator sets for all integrations. */
  readonly operatorSettings: ProviderSettings;
}

/** JSON Schema knows no flags, so a pattern with the flag `u` is not part of its schema. */
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

/** The first choice is the default. */
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

/** Parses stored values, once per object: `reader(mixpanelSpec.settings)(connection.settings).projectId`. */
export function reader<F extends Fields>(fields: F): (stored: JsonObject) => ValuesOf<F> {
  const schema = z.object(Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, field.schema])));
  const known = new WeakMap<JsonObject, ValuesOf<F>>();
  return (stored) => {
    let values = known.get(stored);
    if (values === undefined) {
      const result = schema.safeParse(stored);
      if (!result.success) {
        const wrong = result.error.issues.map(({ path, message }) => `${path.join(".")} ${message}`).join("; ");
        const message = `The stored configuration cannot be used: ${wrong}. Delete it and create it anew.`;
        throw new SyncError("schema", message);
      }
      // Each value was parsed by the schema of its field.
      values = result.data as ValuesOf<F>;
      known.set(stored, values);
    }
    return values;
  };
}
