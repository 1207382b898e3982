// Lists in pages, and the errors that every part of the store shares.

/** A list call got a cursor that this list never gave out. */
export class InvalidCursorError extends Error {
  override readonly name = "InvalidCursorError";
}

/** There is one already: an integration of that project, an event of that name. */
export class ConflictError extends Error {
  override readonly name = "ConflictError";
}
