/** The demo's heart: one sync of both legs, with the worker killed by SIGKILL in the middle of each. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Stack } from "../stack.ts";
import type { Api } from "./api.ts";
import type { Bars } from "./bars.ts";

const POLL_MS = 40;
const SYNC_WITHIN_MS = 10 * 60_000;

export interface Expected {
  buckets: number;
  purchases: number;
}

/** Answers in the middle of which legs the worker was killed. */
export async function syncAndKill(
  stack: Stack,
  api: Api,
  id: string,
  expected: Expected,
  bars: Bars,
): Promise<string[]> {
  const { requestId } = await api.call<{ requestId: string }>("POST", `/v1/integrations/${id}/sync`);
  const exporting = bars.add("exporting buckets", expected.buckets);
  const importing = bars.add("importing purchases", expected.purchases);
  const killedIn = new Set<string>();
  const deadlineMs = Date.now() + SYNC_WITHIN_MS;
  for (;;) {
    const [integration, imported, request] = await Promise.all([
      api.integration(id),
      api.imported(id),
      api.call<{ status: string }>("GET", `/v1/integrations/${id}/sync/${requestId}`),
    ]);
    exporting.update(integration.export.sent);
    importing.update(imported);
    if (request.status === "done") break;
    const inTheMiddle = [
      ...(isMiddle(integration.export.sent, expected.buckets) ? ["export"] : []),
      ...(isMiddle(imported, expected.purchases) ? ["import"] : []),
    ].filter((leg) => !killedIn.has(leg));
    if (inTheMiddle.length > 0) {
      for (const leg of inTheMiddle) killedIn.add(leg);
      await stack.killWorker("SIGKILL");
      bars.note(`worker killed with SIGKILL in the middle of the ${inTheMiddle.join(" and the ")}; starting it again`);
      await stack.startWorker();
    }
    if (Date.now() > deadlineMs) throw new Error(`the sync did not end within ${SYNC_WITHIN_MS / 60_000} minutes`);
    await sleep(POLL_MS);
  }
  return [...killedIn];
}

function isMiddle(done: number, all: number): boolean {
  return done > 0 && done < all;
}
