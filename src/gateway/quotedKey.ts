// Finds the API key of a variant in a response of its upstream. Callers may use the variant but must not see its key.

/** The first half of a key gives most of it away. Short keys count as a whole. */
const MIN_QUOTED_CHARS = 16;
/** Shorter ones are placeholders of servers that need no key: they occur in other words, and keep nothing secret. */
export const MIN_KEY_CHARS = 8;

/** Whether the text contains the key or its first half, as it is or as a URL spells it. */
export function quotesKey(text: string, apiKey: string | null): boolean {
  if (apiKey === null || apiKey.length < MIN_KEY_CHARS) return false;
  const quoted = apiKey.slice(0, Math.max(MIN_QUOTED_CHARS, apiKey.length / 2));
  return text.includes(quoted) || text.includes(encodeURIComponent(quoted));
}

/** The same for JSON text, whose strings can spell a character in several ways. True if it nests too deep to tell. */
export function jsonQuotesKey(json: string, apiKey: string | null): boolean {
  let found = false;
  try {
    JSON.parse(json, (name, value: unknown) => {
      found ||= quotesKey(name, apiKey) || (typeof value === "string" && quotesKey(value, apiKey));
      return value;
    });
  } catch {
    return true;
  }
  return found;
}
