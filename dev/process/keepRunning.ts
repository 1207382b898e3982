// Processes that hold no data: whoever ends one that is to run sees it come back, and is told.
import type { Service } from "./service.ts";

export interface Kept {
  /** Resolves once it is ready. */
  start(): Promise<void>;
  /** Ends it by a signal, ready or not, and leaves it ended. A start that is under way rejects. */
  kill(signal: NodeJS.Signals): Promise<void>;
  /** Ends it in order, for good. */
  stop(): Promise<void>;
}

/**
 * `launch` tells of the process before it is ready: it may be ended at any time.
 *
 * @example
 * const worker = keepRunning("worker", (onLaunched) => startWorker(dataDir, env, address, { log, onLaunched }), console.error);
 * await worker.start();
 */
export function keepRunning(
  name: string,
  launch: (onLaunched: (service: Service) => void) => Promise<unknown>,
  onStep: (step: string) => void,
): Kept {
  /** The one that is to run. */
  let service: Service | undefined;
  /** Over once there is a process, or none is coming. */
  let launching: Promise<void> = Promise.resolve();
  let again: Promise<void> = Promise.resolve();
  let isOver = false;
  const start = async () => {
    let isReady = false;
    let isLaunched = () => {};
    launching = new Promise((resolve) => (isLaunched = resolve));
    await launch((launched) => {
      service = launched;
      isLaunched();
      void launched.exited.then(({ code, signal }) => {
        // One that never was ready has failed, which its start says.
        if (service !== launched || !isReady || isOver) return;
        onStep(`the ${name} ended (${signal ?? `exit code ${code}`}); starting it again`);
        again = start().catch((error: unknown) => {
          onStep(`the ${name} did not start again: ${error instanceof Error ? error.message : String(error)}`);
        });
      });
    }).finally(() => isLaunched());
    isReady = true;
  };
  const end = async (how: (running: Service) => Promise<void>) => {
    await launching;
    const running = service;
    service = undefined;
    if (running !== undefined) await how(running);
  };
  return {
    start,
    kill: (signal) => end((running) => running.kill(signal)),
    stop: async () => {
      isOver = true;
      await end((running) => running.stop());
      await again;
    },
  };
}
