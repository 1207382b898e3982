// Answers put together from JSON texts as they are stored, so that no number loses a digit on its way out.

export function jsonResponse(text: string): Response {
  return new Response(text, { headers: { "content-type": "application/json" } });
}

/** `{<plural>: […], next}` around items that are JSON texts already. */
export function rawList(plural: string, items: string[], next: string | null): string {
  return `{"${plural}":[${items.join(",")}],"next":${JSON.stringify(next)}}`;
}

/** A text that may or may not be JSON as a JSON value: itself, or else a string. */
export function asJsonValue(text: string): string {
  try {
    JSON.parse(text);
    return text;
  } catch {
    return JSON.stringify(text);
  }
}
