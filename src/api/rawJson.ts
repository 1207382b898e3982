// Responses made of JSON texts as they are stored, so that no number loses a digit.

export function jsonResponse(text: string): Response {
  return new Response(text, { headers: { "content-type": "application/json" } });
}

export function rawList(plural: string, items: string[], next: string | null): string {
  return `{"${plural}":[${items.join(",")}],"next":${JSON.stringify(next)}}`;
}

/** The text itself if it is JSON, else the text as a JSON string. */
export function asJsonValue(text: string): string {
  try {
    JSON.parse(text);
    return text;
  } catch {
    return JSON.stringify(text);
  }
}
