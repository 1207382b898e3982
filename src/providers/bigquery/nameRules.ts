// BigQuery's rules for names. A name that keeps them holds no quote, backtick, backslash or control character.
const MAX_DATASET_CHARS = 1_024;
const MAX_TABLE_BYTES = 1_024;
const MAX_COLUMN_CHARS = 300;
const MAX_EMAIL_CHARS = 320;
const MAX_LOCATION_CHARS = 64;
const MAX_DOMAIN_CHARS = 255;

const PROJECT = /^(?:(?<domain>[^:]+):)?[a-z][a-z0-9-]{4,28}[a-z0-9]$/;
const DOMAIN = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?([.][a-z0-9]([a-z0-9-]*[a-z0-9])?)+$/;

/** A Google Cloud project id; old ones of an organization begin with its domain, as in `example.com:my-project`. */
export function isProjectId(text: string): boolean {
  const match = PROJECT.exec(text);
  const domain = match?.groups?.["domain"];
  return match !== null && (domain === undefined || (domain.length <= MAX_DOMAIN_CHARS && DOMAIN.test(domain)));
}

export function isDatasetName(text: string): boolean {
  return text.length <= MAX_DATASET_CHARS && /^[A-Za-z0-9_]+$/.test(text);
}

/** Letters, marks, numbers, connectors, dashes and spaces of any script. */
export function isTableName(text: string): boolean {
  return /^[\p{L}\p{M}\p{N}\p{Pc}\p{Pd}\p{Zs}]+$/u.test(text) && utf8Bytes(text) <= MAX_TABLE_BYTES;
}

/** Flexible names too: those of a table, and some signs. */
export function isColumnName(text: string): boolean {
  return text.length <= MAX_COLUMN_CHARS && /^[\p{L}\p{M}\p{N}\p{Pc}\p{Pd}\p{Zs}&%=+:<>#|]+$/u.test(text);
}

/**
 * The address of a service account: one that a customer made (`name@project.iam.gserviceaccount.com`, with the domain of an old
 * project in between), or one of Google's own (`…@appspot.gserviceaccount.com`, `…-compute@developer.gserviceaccount.com`).
 */
export function isServiceAccountEmail(text: string): boolean {
  return (
    text.length <= MAX_EMAIL_CHARS &&
    /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?@([a-z0-9]([a-z0-9-]*[a-z0-9])?[.])+gserviceaccount[.]com$/.test(text)
  );
}

/** A region or multi-region: `US`, `EU`, `europe-west1`. Whether there is one of that name, BigQuery knows. */
export function isLocation(text: string): boolean {
  return text.length <= MAX_LOCATION_CHARS && /^[A-Za-z][A-Za-z0-9]*(-[A-Za-z0-9]+)*$/.test(text);
}

function utf8Bytes(text: string): number {
  let bytes = 0;
  for (const char of text) {
    const code = char.codePointAt(0) ?? 0;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x1_00_00 ? 3 : 4;
  }
  return bytes;
}
