// Buckets, connections and small readers that the Mixpanel tests share.
import type { Bucket } from "../../../src/domain/bucket.ts";
import type { Connection } from "../../../src/domain/connection.ts";
import type { MixpanelSettings } from "../../../src/providers/mixpanel/spec.ts";

export const HOUR_MS = 3_600_000;

export function bucketOf(seq: number, change: Partial<Bucket> = {}): Bucket {
  const hourMs = Math.floor(Date.now() / HOUR_MS) * HOUR_MS - 5 * HOUR_MS;
  const timeMs = hourMs + (seq % HOUR_MS);
  return {
    seq,
    aliasId: "checkout",
    routeId: "default",
    variantId: `v${seq % 3}`,
    userId: `user-${seq}`,
    hourMs,
    sealedTimeMs: timeMs,
    timeMs,
    ...change,
  };
}

export function connectionOf(change: Partial<MixpanelSettings> & { importFrom?: string } = {}): Connection {
  const { importFrom = "2026-01-01", ...settings } = change;
  return {
    integrationId: "i-1",
    workspaceId: "w-1",
    provider: "mixpanel",
    settings: {
      projectId: "4711",
      region: "us",
      projectTime: "utc",
      serviceAccountUsername: "sync.4711.mp-service-account",
      ...settings,
    },
    secret: "sa-secret-4711",
    importFrom,
    learned: {},
  };
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** The items before the error, and the error. */
export async function collectUntilError<T>(items: AsyncIterable<T>): Promise<{ items: T[]; error: unknown }> {
  const all: T[] = [];
  try {
    for await (const item of items) all.push(item);
  } catch (error) {
    return { items: all, error };
  }
  return { items: all, error: undefined };
}
