// Which ids of a project belong to one user: clusters of Original ID Merge, or claimed devices of Simplified ID Merge.
import { idText } from "./validate.ts";

export type IdMerge = "original" | "simplified";

/** `identify` has rules for the anonymous id, `alias` for the alias; `merge` has none. `device` is Simplified ID Merge. */
export interface Link {
  verb: "identify" | "alias" | "merge" | "device";
  /** The user's own id, as far as the event tells. */
  userId: string;
  otherId: string;
}

/** A link that was made: which id the cluster has from then on, and when the export shows it. */
export interface LinkRecord extends Link {
  canonical: "user" | "anonymous";
  dueMs: number;
}

export interface Resolved {
  distinctId: string;
  userId: string;
}

interface Cluster {
  ids: Set<string>;
  canonical: string;
  userId: string;
}

const MAX_CLUSTER_IDS = 500;
const DEVICE_PREFIX = "$device:";
const UUID_V4 = /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/i;

export class Identities {
  readonly #clusters = new Map<string, Cluster>();
  /** The one user that each anonymous id, alias or device belongs to. The first one keeps it. */
  readonly #owners = new Map<string, string>();
  readonly #dueMs = new Map<string, number>();
  /** Ids whose stored rows are not re-keyed yet. */
  readonly waiting = new Set<string>();
  /** Ids of which some rows keep what was sent until the merge is finished. */
  readonly leftOver = new Set<string>();

  /** Returns false if Mixpanel ignores the link without a word. */
  add(link: LinkRecord): boolean {
    const { verb, userId, otherId, canonical, dueMs } = link;
    if (userId === otherId) return false;
    if (verb !== "merge") {
      if (verb === "identify" && !UUID_V4.test(otherId)) return false;
      if (this.#owners.has(otherId)) return false;
    }
    const cluster = verb === "device" ? this.#claim(userId, otherId) : this.#join(userId, otherId, canonical);
    if (cluster === null) return false;
    if (verb !== "merge") this.#owners.set(otherId, userId);
    for (const id of cluster.ids) {
      if (id === cluster.canonical) continue;
      this.#dueMs.set(id, Math.max(this.#dueMs.get(id) ?? 0, dueMs));
      this.waiting.add(id);
    }
    return true;
  }

  /** The ids that a row sent under this id is exported with; null if they are the sent ones, or not yet known. */
  resolve(sentId: string, nowMs: number): Resolved | null {
    if (this.#clusters.size === 0) return null;
    const cluster = this.#clusters.get(sentId);
    if (!cluster || cluster.canonical === sentId || (this.#dueMs.get(sentId) ?? 0) > nowMs) return null;
    return { distinctId: cluster.canonical, userId: cluster.userId };
  }

  /** Ends the delay of a merged id. */
  makeDue(id: string): void {
    this.#dueMs.delete(id);
  }

  #claim(userId: string, deviceId: string): Cluster {
    const cluster = this.#clusters.get(userId) ?? { ids: new Set([userId]), canonical: userId, userId };
    cluster.ids.add(deviceId);
    this.#clusters.set(userId, cluster);
    this.#clusters.set(deviceId, cluster);
    return cluster;
  }

  #join(userId: string, otherId: string, canonical: "user" | "anonymous"): Cluster | null {
    const mine = this.#clusters.get(userId);
    const other = this.#clusters.get(otherId);
    if (mine !== undefined && mine === other) return null;
    const ids = new Set([...(mine?.ids ?? [userId]), ...(other?.ids ?? [otherId])]);
    if (ids.size > MAX_CLUSTER_IDS) return null;
    const chosen = canonical === "user" ? userId : otherId;
    const cluster = { ids, canonical: mine?.canonical ?? other?.canonical ?? chosen, userId: mine?.userId ?? userId };
    for (const id of ids) this.#clusters.set(id, cluster);
    return cluster;
  }
}

/** The link that an event makes; null for most events. */
export function linkOf(event: string, properties: Record<string, unknown>, idMerge: IdMerge): Link | null {
  if (idMerge === "simplified") {
    const deviceId = textOf(properties["$device_id"]);
    return linkBetween("device", properties["$user_id"], deviceId === "" ? "" : deviceKey(deviceId));
  }
  switch (event) {
    case "$identify":
      return linkBetween("identify", properties["$identified_id"], properties["$anon_id"]);
    case "$create_alias":
      return linkBetween("alias", properties["distinct_id"], properties["alias"]);
    case "$merge": {
      const ids: unknown = properties["$distinct_ids"];
      return Array.isArray(ids) ? linkBetween("merge", ids[0], ids[1]) : null;
    }
    default:
      return null;
  }
}

function linkBetween(verb: Link["verb"], user: unknown, other: unknown): Link | null {
  const userId = textOf(user);
  const otherId = textOf(other);
  return userId === "" || otherId === "" ? null : { verb, userId, otherId };
}

/** Simplified ID Merge writes a device's id with a prefix. */
export function deviceKey(deviceId: string): string {
  return deviceId.startsWith(DEVICE_PREFIX) ? deviceId : DEVICE_PREFIX + deviceId;
}

function textOf(value: unknown): string {
  return idText(value) ?? "";
}
