// The process of callers.ts: calls on order, until the order to end.
import { constants, setPriority } from "node:os";
import { setTimeout as delay } from "node:timers/promises";
import { Agent, request } from "undici";
import type { Calls, Seen } from "./callers.ts";

setPriority(constants.priority.PRIORITY_LOW);
const agent = new Agent({ headersTimeout: 0, bodyTimeout: 0 });

async function callAgain(
  { calls, everyMs = 0, leavesAfterMs }: Calls,
  from: number,
  ended: AbortSignal,
  seen: Seen,
): Promise<void> {
  for (let i = from; !ended.aborted; i++) {
    const { url, ...call } = calls[i % calls.length]!;
    const due = delay(everyMs);
    const signal = leavesAfterMs === undefined ? ended : AbortSignal.any([ended, AbortSignal.timeout(leavesAfterMs)]);
    let status = 0;
    try {
      const response = await request(url, { ...call, signal, dispatcher: agent });
      // Read to the end and dropped.
      for await (const _ of response.body) if (ended.aborted) break;
      status = response.statusCode;
      seen.retryAfter = (response.headers["retry-after"] as string | undefined) ?? seen.retryAfter;
    } catch {
      // It left, or was cut off.
    }
    seen.statuses[status] = (seen.statuses[status] ?? 0) + 1;
    if (!ended.aborted) await due;
  }
}

let end: () => Promise<Seen> = () => Promise.reject(new Error("nothing began"));

function begin(calls: Calls): void {
  const stop = new AbortController();
  const seen: Seen = { statuses: {}, retryAfter: null };
  const callers = Array.from({ length: calls.callers }, (_, i) => callAgain(calls, i, stop.signal, seen));
  end = async () => {
    stop.abort();
    await Promise.all(callers);
    return seen;
  };
}

process.on("message", async (message: Calls | "end") => {
  if (message === "end") {
    process.send?.(await end());
  } else {
    begin(message);
    process.send?.("began");
  }
});
process.on("disconnect", () => process.exit());
process.send?.("ready");
