// Syncs all directions of all integrations at once, and kills the worker with SIGKILL in the middle of each.
import { setTimeout as sleep } from "node:timers/promises";
import type { Stack } from "../stack/stack.ts";
import type { Api } from "./api.ts";
import type { Bars } from "./bars.ts";
import type { Direction } from "./demoProvider.ts";

const POLL_MS = 40;
const SYNC_WITHIN_MS = 10 * 60_000;

/** Returns the directions in whose middle the worker was killed. */
export async function syncAndKill(
  stack: Stack,
  api: Api,
  ids: string[],
  directions: Direction[],
  bars: Bars,
): Promise<ReadonlySet<Direction>> {
  const look = watch(directions, bars);
  const paths = await Promise.all(ids.map((id) => startSync(api, id)));
  const killedIn = new Set<Direction>();
  let starting = Promise.resolve();
  const deadlineMs = Date.now() + SYNC_WITHIN_MS;
  for (;;) {
    const syncs = await Promise.all(paths.map((path) => api.call<{ status: string }>("GET", path)));
    if ((await look()).some((direction) => !killedIn.has(direction))) {
      // Also a worker that is not ready yet: when it is ready, the direction may be complete.
      await stack.killWorker("SIGKILL");
      // A direction that is in its middle now stays there until another worker takes over.
      const stopped = await look();
      for (const direction of stopped) killedIn.add(direction);
      const where = stopped.map(({ label }) => label).join(", ") || "nothing";
      bars.note(`killed the worker with SIGKILL in the middle of ${where}; starting it again`);
      // Does not wait for the start, because a fast machine passes the middle of a direction soon.
      starting = stack.startWorker();
      starting.catch(() => {});
    }
    if (syncs.every(({ status }) => status === "done")) break;
    if (Date.now() > deadlineMs) throw new Error(`the sync did not end within ${SYNC_WITHIN_MS / 60_000} minutes`);
    await sleep(POLL_MS);
  }
  await starting;
  return killedIn;
}

/** Switches both directions on and requests a sync. Returns the path of the sync request. */
async function startSync(api: Api, id: string): Promise<string> {
  const path = `/v1/integrations/${id}`;
  await api.call("PATCH", path, { export: { enabled: true }, import: { enabled: true } });
  const { requestId } = await api.call<{ requestId: string }>("POST", `${path}/sync`);
  return `${path}/sync/${requestId}`;
}

/** Returns a function that updates the bars and returns the directions that are in their middle. */
function watch(directions: Direction[], bars: Bars): () => Promise<Direction[]> {
  const shown = directions.map((direction) => ({ direction, bar: bars.add(direction.label, direction.total) }));
  return async () => {
    const seen = await Promise.all(
      shown.map(async ({ direction, bar }) => {
        const { done, isMiddle } = await direction.look();
        bar.update(done);
        return isMiddle ? [direction] : [];
      }),
    );
    return seen.flat();
  };
}
