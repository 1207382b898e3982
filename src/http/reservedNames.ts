// Names of JSON members that no body may have: zod drops them, so less would be stored than was asked for.
import { formatPath, invalid } from "./problem.ts";

const RESERVED = "__proto__";

/** A value of a body, and where it is. */
interface Place {
  value: unknown;
  name: string | number | null;
  within: Place | null;
}

/** Throws a 400 that names the first such member. Without recursion, so that no depth of a body is too much. */
export function refuseReservedNames(body: unknown): void {
  const left: Place[] = [{ value: body, name: null, within: null }];
  for (let place = left.pop(); place !== undefined; place = left.pop()) {
    const { value } = place;
    if (typeof value !== "object" || value === null) continue;
    for (const [key, member] of Object.entries(value)) {
      const inner = { value: member, name: Array.isArray(value) ? Number(key) : key, within: place };
      if (key === RESERVED) throw invalid([{ path: formatPath(pathOf(inner)), message: "is not an allowed name" }]);
      left.push(inner);
    }
  }
}

function pathOf(place: Place): PropertyKey[] {
  const path: PropertyKey[] = [];
  for (let at: Place | null = place; at !== null && at.name !== null; at = at.within) path.unshift(at.name);
  return path;
}
