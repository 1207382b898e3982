// A lock between processes by a file. A holder that died does not block the others.
import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { claim } from "./pidFile.ts";

const POLL_MS = 100;

/** Waits for the lock while its holder lives, but at most `withinMs`. */
export async function withLock<T>(path: string, what: string, withinMs: number, run: () => Promise<T>): Promise<T> {
  mkdirSync(dirname(path), { recursive: true });
  const deadlineMs = Date.now() + withinMs;
  for (;;) {
    const held = await claim(path, what, "SIGTERM").catch((error: unknown) => {
      if (Date.now() > deadlineMs) throw error;
      return null;
    });
    if (held !== null) return await run().finally(() => held.release());
    await delay(POLL_MS);
  }
}
