// Restarts a process without data if it ends although it should run.
import type { Service } from "./service.ts";

export interface Kept {
  /** Resolves when the process is ready. */
  start(): Promise<void>;
  /** Ends the process by a signal, ready or not, without a restart. A running start rejects. */
  kill(signal: NodeJS.Signals): Promise<void>;
  /** Ends the process in order, without a restart. */
  stop(): Promise<void>;
}

/**
 * `launch` must call `onLaunched` before the process is ready, so that it can be ended at any time.
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
  /** The process that should run. */
  let service: Service | undefined;
  /** Resolves when there is a process, or when its launch failed. */
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
        // A process that was never ready has failed, and its start rejects.
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
