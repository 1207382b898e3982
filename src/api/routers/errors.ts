// How calls on routers refuse what does not exist, and what does not fit the rest of a router.
import { invalid, notFound } from "../../http/problem.ts";
import { RouterChangeError } from "../../store/store.ts";

export function orNotFound<T>(what: string, result: T | null): T {
  if (result === null) throw notFound(what);
  return result;
}

export function refuseMissing(what: string, exists: boolean): undefined {
  if (!exists) throw notFound(what);
}

/** Makes a change that contradicts the rest of the router a wrong field. */
export async function orFieldError<T>(change: Promise<T>): Promise<T> {
  try {
    return await change;
  } catch (error) {
    if (!(error instanceof RouterChangeError)) throw error;
    throw invalid([{ path: error.path, message: error.message }]);
  }
}
