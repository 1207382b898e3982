// Lists in pages, and the errors that every part of the store shares.
export interface Page<T> {
  items: T[];
  /** Null at the end. */
  next: string | null;
}

export interface PageRequest {
  cursor: string | null;
  limit: number;
}

/** A list call got a cursor that this list never gave out. */
export class InvalidCursorError extends Error {
  override readonly name = "InvalidCursorError";
}

/** There is one already: an integration of that project, an event of that name. */
export class ConflictError extends Error {
  override readonly name = "ConflictError";
}
