// Errors of the store that callers can correct, and the one for an outage.

/** The change contradicts what is stored: a name is taken, a limit is reached, or an object is in use. */
export class ConflictError extends Error {
  override readonly name: string = "ConflictError";
}

/** What uses an object that is to be removed. */
export interface Blocker {
  kind: "metric";
  id: string;
  name: string;
}

/** The object cannot be removed, because others use it. */
export class InUseError extends ConflictError {
  override readonly name = "InUseError";
  readonly blockers: Blocker[];
  constructor(message: string, blockers: Blocker[]) {
    super(message);
    this.blockers = blockers;
  }
}

/** A field of a call that does not fit what is stored. The message says what is wrong, to be read after its path. */
export class InvalidFieldError extends Error {
  override readonly name: string = "InvalidFieldError";
  readonly path: string;
  constructor(path: string, message: string) {
    super(message);
    this.path = path;
  }
}

/** The object has another version than the change expects. */
export class VersionError extends Error {
  override readonly name = "VersionError";
  constructor(version: number) {
    super(`The version is ${version} now: read the current state, and send its version in If-Match.`);
  }
}

export class InvalidCursorError extends InvalidFieldError {
  override readonly name = "InvalidCursorError";
}

/** The SQLSTATE of a statement that took longer than its limit. */
const TIME_LIMIT = "57014";

/** PostgreSQL cannot be used right now: a later try can succeed. */
export class UnavailableError extends Error {
  override readonly name = "UnavailableError";
  /** The SQLSTATE, or the code of the socket's error. */
  readonly code: string;
  /** Whether what was asked may have happened nevertheless. */
  readonly mayHaveHappened: boolean;
  constructor(code: string, cause: unknown, { mayHaveHappened = true } = {}) {
    super(`The database cannot be used right now (${code}).`, { cause });
    this.code = code;
    this.mayHaveHappened = mayHaveHappened;
  }

  /** Whether a statement took too long: it may always, while others do not. */
  get isTimeLimit(): boolean {
    return this.code === TIME_LIMIT;
  }
}
