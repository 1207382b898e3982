// Turns at something that workspaces share: so many at once, so many of one workspace, and the others wait in order.
import type { ServerResponse } from "node:http";
import { busy, CallerLeftError, tooMuch } from "./refusals.ts";

export interface FairQueueOptions {
  /** What the turns are, for messages, as in "reports". */
  what: string;
  /** How many run at once. */
  maxRunning: number;
  /** How many of one workspace run at once; asked for each time, because it depends on the number of servers. */
  maxRunningOfWorkspace: () => number;
  maxWaitingOfWorkspace: number;
  maxWaitMs: number;
}

/** The caller's side of a call. Tests call the app without one. */
export type Caller = Pick<ServerResponse, "once" | "off" | "destroy" | "destroyed"> | undefined;

interface Waiting {
  start: () => void;
}

interface Workspace {
  running: number;
  waiting: Waiting[];
}

const RETRY_AFTER_SECONDS = 1;

/** A free turn goes to the workspace that has the fewest. A workspace's own calls come in their order. */
export class FairQueue {
  readonly #options: FairQueueOptions;
  readonly #workspaces = new Map<string, Workspace>();
  #running = 0;

  constructor(options: FairQueueOptions) {
    this.#options = options;
  }

  /** Throws a Problem, 429 or 503, if there is no turn in time, and CallerLeftError if the caller leaves before. */
  async run<T>(workspaceId: string, caller: Caller, work: () => Promise<T>): Promise<T> {
    const workspace = this.#workspaces.get(workspaceId) ?? { running: 0, waiting: [] };
    this.#workspaces.set(workspaceId, workspace);
    try {
      await this.#turn(workspace, caller);
    } catch (error) {
      this.#forget(workspaceId, workspace);
      throw error;
    }
    try {
      return await work();
    } finally {
      this.#running--;
      workspace.running--;
      this.#forget(workspaceId, workspace);
      this.#startNext();
    }
  }

  /** Whether calls of other workspaces run or wait. */
  hasOthers(workspaceId: string): boolean {
    return this.#workspaces.size > (this.#workspaces.has(workspaceId) ? 1 : 0);
  }

  async #turn(workspace: Workspace, caller: Caller): Promise<void> {
    if (caller?.destroyed === true) throw new CallerLeftError();
    if (workspace.waiting.length === 0 && this.#isFree(workspace)) {
      this.#take(workspace);
      return;
    }
    if (workspace.waiting.length >= this.#options.maxWaitingOfWorkspace) throw this.#refusal(workspace);
    await this.#wait(workspace, caller);
  }

  #wait(workspace: Workspace, caller: Caller): Promise<void> {
    return new Promise((resolve, reject) => {
      const stop = () => {
        clearTimeout(timer);
        caller?.off("close", leave);
      };
      const waiting: Waiting = {
        start: () => {
          stop();
          resolve();
        },
      };
      const giveUp = (error: Error) => {
        stop();
        workspace.waiting.splice(workspace.waiting.indexOf(waiting), 1);
        reject(error);
      };
      const leave = () => giveUp(new CallerLeftError());
      const timer = setTimeout(() => giveUp(this.#refusal(workspace)), this.#options.maxWaitMs);
      caller?.once("close", leave);
      workspace.waiting.push(waiting);
    });
  }

  #refusal(workspace: Workspace): Error {
    if (workspace.running < this.#options.maxRunningOfWorkspace()) return busy(RETRY_AFTER_SECONDS);
    return tooMuch(`This workspace has too many ${this.#options.what} at once.`, RETRY_AFTER_SECONDS);
  }

  #isFree(workspace: Workspace): boolean {
    return this.#running < this.#options.maxRunning && !this.#hasItsShare(workspace);
  }

  /** A workspace has one turn, or never more than are then still free: so others always find some. */
  #hasItsShare({ running }: Workspace): boolean {
    if (running === 0) return false;
    const free = this.#options.maxRunning - this.#running - 1;
    return running >= this.#options.maxRunningOfWorkspace() || running + 1 > free;
  }

  #take(workspace: Workspace): void {
    this.#running++;
    workspace.running++;
  }

  #startNext(): void {
    for (;;) {
      let next: Workspace | undefined;
      for (const workspace of this.#workspaces.values()) {
        if (workspace.waiting.length === 0 || !this.#isFree(workspace)) continue;
        if (next === undefined || workspace.running < next.running) next = workspace;
      }
      const waiting = next?.waiting.shift();
      if (next === undefined || waiting === undefined) return;
      this.#take(next);
      waiting.start();
    }
  }

  /** Moves the workspace behind the others, or drops it if it has nothing here any more. */
  #forget(workspaceId: string, workspace: Workspace): void {
    this.#workspaces.delete(workspaceId);
    if (workspace.running > 0 || workspace.waiting.length > 0) this.#workspaces.set(workspaceId, workspace);
  }
}
