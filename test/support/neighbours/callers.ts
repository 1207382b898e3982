// Callers of workspace B, in a process of their own with the lowest priority: they must not take the processor from A,
// because in life they are on other machines.
import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const SCRIPT = fileURLToPath(new URL("callersProcess.ts", import.meta.url));

export interface CallOfB {
  url: string;
  method: "GET" | "POST";
  headers: Record<string, string>;
  body?: Uint8Array;
}

export interface Calls {
  /** So many call at once, and again as soon as they have their response. */
  callers: number;
  /** What they call, one after the other. */
  calls: CallOfB[];
  /** Each calls at most once in this time. Default: again at once. */
  everyMs?: number;
  /** A caller without a response leaves after this time. */
  leavesAfterMs?: number;
}

/** What the callers got since they began. */
export interface Seen {
  /** Status 0: the caller left, or the connection was cut. */
  statuses: Record<number, number>;
  retryAfter: string | null;
}

export interface Callers {
  /** Resolves when they call, with a function that ends it. */
  begin(calls: Calls): Promise<() => Promise<Seen>>;
  stop(): Promise<void>;
}

export async function startCallers(): Promise<Callers> {
  const child = fork(SCRIPT, { execArgv: ["--import", "tsx"], serialization: "advanced" });
  const ask = async <T>(message: Calls | "end"): Promise<T> => {
    const answered = once(child, "message");
    child.send(message);
    return ((await answered) as [T])[0];
  };
  await once(child, "message");
  return {
    async begin(calls) {
      await ask(calls);
      return () => ask<Seen>("end");
    },
    async stop() {
      const exited = once(child, "exit");
      child.disconnect();
      await exited;
    },
  };
}
