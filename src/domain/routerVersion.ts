// Versions of a router: who changed what, and when.
import type { Router } from "./router.ts";

/** Who makes a change. */
export interface Actor {
  keyId: string;
  name: string;
}

/** Who changes a router, and the versions of which it must have one for that (null: any). */
export interface RouterChange {
  actor: Actor | null;
  ifVersions: number[] | null;
}

/** One value that changed. An absent `from` was added, an absent `to` removed. Keys have neither. */
export interface ChangedValue {
  /** As in `routes/default/variants/gpt/weight`. */
  path: string;
  from?: unknown;
  to?: unknown;
}

export interface RouterVersion {
  version: number;
  atMs: number;
  actor: Actor | null;
  changes: ChangedValue[];
  /** The version whose content was restored. */
  restoredFrom: number | null;
  isDeleted: boolean;
}

type Values = Map<string, unknown>;

/** All values that differ, by path, in the order of paths. Null: there is no router. */
export function changesBetween(before: Router | null, after: Router | null): ChangedValue[] {
  const [from, to] = [valuesOf(before), valuesOf(after)];
  return [...new Set([...from.keys(), ...to.keys()])]
    .filter((path) => JSON.stringify(from.get(path)) !== JSON.stringify(to.get(path)))
    .map((path) => ({
      path,
      ...(from.has(path) && { from: from.get(path) }),
      ...(to.has(path) && { to: to.get(path) }),
    }))
    .toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

function valuesOf(router: Router | null): Values {
  const values: Values = new Map();
  if (router === null) return values;
  values.set("description", router.description);
  values.set(
    "routeOrder",
    router.routes.map(({ id }) => id),
  );
  for (const { id: routeId, variants, ...route } of router.routes) {
    addFields(values, `routes/${routeId}`, route);
    for (const { id, upstream, ...variant } of variants) {
      addFields(values, `routes/${routeId}/variants/${id}`, variant);
      addFields(values, `routes/${routeId}/variants/${id}/upstream`, upstream);
    }
  }
  return values;
}

function addFields(values: Values, path: string, fields: object): void {
  for (const [name, value] of Object.entries(fields)) {
    if (value !== undefined) values.set(`${path}/${name}`, value);
  }
}
