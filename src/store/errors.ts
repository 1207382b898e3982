// Errors that several parts of the store throw.
export class InvalidCursorError extends Error {
  override readonly name = "InvalidCursorError";
}

/** The change contradicts what is stored: a name is taken, a limit is reached, or an object is in use. */
export class ConflictError extends Error {
  override readonly name = "ConflictError";
}
