// Names an upstream with all its settings, without showing them.
import { hash } from "node:crypto";
import type { Upstream } from "../domain/router.ts";

const digests = new WeakMap<Upstream, string>();

/** Each workspace has its own. Changed settings begin anew. The hash keeps secrets out of caches. */
export function upstreamKey(workspaceId: string, upstream: Upstream): string {
  const digest = digests.get(upstream) ?? hash("sha256", JSON.stringify(upstream), "base64");
  digests.set(upstream, digest);
  return `${workspaceId}/${digest}`;
}
