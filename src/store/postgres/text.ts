// Makes text from outside storable: PostgreSQL takes no NUL, and UTF-8 has no lone surrogates.

/** Replaces every NUL by U+FFFD. Lone surrogates become U+FFFD when the text is encoded as UTF-8. */
export function storable(text: string): string {
  return text.includes("\0") ? text.replaceAll("\0", "\uFFFD") : text;
}

/** Makes text storable and at most `maxChars` long; never cuts inside a surrogate pair. */
export function bounded(text: string, maxChars: number): string {
  const clean = storable(text);
  if (clean.length <= maxChars) return clean;
  const cut = clean.slice(0, maxChars - 1);
  return `${/[\uD800-\uDBFF]$/.test(cut) ? cut.slice(0, -1) : cut}…`;
}

/** Returns JSON text that jsonb takes: NULs and lone surrogates in strings are replaced too. */
export function storableJson(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === "string" ? Buffer.from(storable(part), "utf8").toString("utf8") : part,
  );
}
