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
  const look = async () => {
    const [integration, imported] = await Promise.all([api.integration(id), api.imported(id)]);
    exporting.update(integration.export.sent);
    importing.update(imported);
    return [
      ...(isMiddle(integration.export.sent, expected.buckets) ? ["export"] : []),
      ...(isMiddle(imported, expected.purchases) ? ["import"] : []),
    ];
  };
  const killedIn = new Set<string>();
  let starting = Promise.resolve();
  const deadlineMs = Date.now() + SYNC_WITHIN_MS;
  for (;;) {
    const { status } = await api.call<{ status: string }>("GET", `/v1/integrations/${id}/sync/${requestId}`);
    if ((await look()).some((leg) => !killedIn.has(leg))) {
      await starting;
      await stack.killWorker("SIGKILL");
      // What is in its middle now stays there until another worker takes over.
      const stopped = await look();
      for (const leg of stopped) killedIn.add(leg);
      bars.note(
        `worker killed with SIGKILL in the middle of: ${stopped.join(" and ") || "nothing"}; starting it again`,
      );
      // Looks on while it starts: a fast machine is through a leg's middle soon.
      starting = stack.startWorker();
      starting.catch(() => {});
    }
    if (status === "done") break;
    if (Date.now() > deadlineMs) throw new Error(`the sync did not end within ${SYNC_WITHIN_MS / 60_000} minutes`);
    await sleep(POLL_MS);
  }
  await starting;
  return [...killedIn];
}

function isMiddle(done: number, all: number): boolean {
  return done > 0 && done < all;
}
