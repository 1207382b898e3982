// How calls refuse what does not exist.
import { notFound } from "../http/problem.ts";

export function orNotFound<T>(what: string, result: T | null): T {
  if (result === null) throw notFound(what);
  return result;
}

export function refuseMissing(what: string, exists: boolean): undefined {
  if (!exists) throw notFound(what);
}
