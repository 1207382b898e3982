// Names an upstream with all its settings, without showing them.
import { hash } from "node:crypto";
import type { Upstream } from "../domain/router.ts";

const keys = new WeakMap<Upstream, string>();

/** Each workspace has its own. Changed settings begin anew. The hash keeps secrets out of caches. */
export function upstreamKey(workspaceId: string, upstream: Upstream): string {
  const found = keys.get(upstream) ?? hash("sha256", `${workspaceId}\0${JSON.stringify(upstream)}`, "base64");
  keys.set(upstream, found);
  return found;
}
