// How a call is refused that asks for more than its share, or comes while there is no room.
import { Problem } from "../problem.ts";

/** The workspace asks for too much. */
export function tooMuch(what: string, waitSeconds: number): Problem {
  const seconds = Math.max(1, Math.ceil(waitSeconds));
  const unit = seconds === 1 ? "second" : "seconds";
  return new Problem(429, `${what} Try again in ${seconds} ${unit}.`, { headers: { "retry-after": String(seconds) } });
}

/** All workspaces together ask for too much. */
export function busy(waitSeconds: number): Problem {
  return new Problem(503, "The server is busy. Try again later.", { headers: { "retry-after": String(waitSeconds) } });
}

/** The caller closed the connection, so that nothing reads the response. */
export class CallerLeftError extends Error {
  override readonly name = "CallerLeftError";

  constructor() {
    super("The caller has left.");
  }
}
