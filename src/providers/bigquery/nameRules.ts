// BigQuery's rules for names, each stated once. What passes holds no quote, backtick, backslash or control character.
import type { TextRule } from "../provider.ts";

/** Old projects of an organization begin with its domain. */
const DOMAIN = "(?=[^:]{1,255}:)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:[.][a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+:";

export const PROJECT = {
  pattern: new RegExp(`^(?:${DOMAIN})?[a-z][a-z0-9-]{4,28}[a-z0-9]$`),
  message:
    "must be a Google Cloud project id: 6 to 30 lowercase letters, digits and hyphens, as in my-project or " +
    "example.com:my-project",
} satisfies TextRule;

export const DATASET = {
  pattern: /^[A-Za-z0-9_]{1,1024}$/,
  message: "must be a BigQuery dataset's name: 1 to 1024 letters, digits and underscores",
} satisfies TextRule;

/** Letters, marks, numbers, connectors, dashes and spaces of any script. */
export const TABLE = {
  pattern: /^[\p{L}\p{M}\p{N}\p{Pc}\p{Pd}\p{Zs}]+$/u,
  maxBytes: 1_024,
  message:
    "must be a BigQuery table's name: letters, digits, underscores, dashes and spaces, at most 1024 bytes of UTF-8; " +
    "without project or dataset",
} satisfies TextRule;

export const COLUMN = {
  pattern: /^[\p{L}\p{M}\p{N}\p{Pc}\p{Pd}\p{Zs}&%=+:<>#|]{1,300}$/u,
  message:
    "must be the name of a top-level column: letters, digits and underscores, at most 300; no quotes, backticks, " +
    "dots or control characters",
} satisfies TextRule;

/** Also `name@project.domain.iam.…` of old projects, `…@appspot.…` and `…-compute@developer.…` of Google's own. */
export const SERVICE_ACCOUNT = {
  pattern: /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?@([a-z0-9]([a-z0-9-]*[a-z0-9])?[.])+gserviceaccount[.]com$/,
  maxChars: 320,
  message: "must be the email address of a Google service account, as in name@my-project.iam.gserviceaccount.com",
} satisfies TextRule;

export const LOCATION = {
  pattern: /^[A-Za-z][A-Za-z0-9]*(-[A-Za-z0-9]+)*$/,
  maxChars: 64,
  message: "must be a BigQuery region or multi-region, as in US, EU or europe-west1",
} satisfies TextRule;
