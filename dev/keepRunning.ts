/** Processes that hold no data: whoever ends one that is to run sees it come back, and is told. */
import type { Service } from "./process.ts";

export interface Kept {
  /** Resolves once it is ready. */
  start(): Promise<void>;
  /** Ends it by a signal, and leaves it ended. */
  kill(signal: NodeJS.Signals): Promise<void>;
  /** Ends it in order, for good. */
  stop(): Promise<void>;
}

/**
 * @example
 * const worker = keepRunning("worker", () => startWorker(dataDir, env, address, log), console.error);
 * await worker.start();
 */
export function keepRunning(name: string, launch: () => Promise<Service>, onStep: (step: string) => void): Kept {
  /** The one that is to run. */
  let service: Service | undefined;
  let again: Promise<void> = Promise.resolve();
  let isOver = false;
  const start = async () => {
    const started = await launch();
    if (isOver) return await started.stop();
    service = started;
    void started.exited.then(({ code, signal }) => {
      if (service !== started) return;
      onStep(`the ${name} ended (${signal ?? `exit code ${code}`}); starting it again`);
      again = start().catch((error: unknown) => {
        onStep(`the ${name} did not start again: ${error instanceof Error ? error.message : String(error)}`);
      });
    });
  };
  const end = async (how: (running: Service) => Promise<void>) => {
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
