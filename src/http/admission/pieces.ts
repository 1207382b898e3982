// Large bodies are read piece by piece. However many a workspace sends, others wait for one piece, not for one of each.

export class Pieces {
  readonly #waiting = new Map<string, (() => void)[]>();

  /** Resolves in a turn of the event loop that comes after those of the workspace's calls that wait already. */
  next(workspaceId: string): Promise<void> {
    return new Promise((resolve) => {
      const waiting = this.#waiting.get(workspaceId);
      if (waiting !== undefined) {
        waiting.push(resolve);
        return;
      }
      const first = [resolve];
      this.#waiting.set(workspaceId, first);
      this.#goOn(workspaceId, first);
    });
  }

  #goOn(workspaceId: string, waiting: (() => void)[]): void {
    setImmediate(() => {
      waiting.shift()?.();
      if (waiting.length > 0) this.#goOn(workspaceId, waiting);
      else this.#waiting.delete(workspaceId);
    });
  }
}
