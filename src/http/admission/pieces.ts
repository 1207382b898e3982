// Long work for a call, such as reading a large body, is done piece by piece. While other workspaces call, a workspace
// does one piece after the other and rests between them, so that the others find the process idle.

export class Pieces {
  readonly #isShared: (workspaceId: string) => boolean;
  readonly #waiting = new Map<string, (() => void)[]>();

  /** `isShared`: whether calls of other workspaces go on. */
  constructor(isShared: (workspaceId: string) => boolean) {
    this.#isShared = isShared;
  }

  /** Resolves when the next piece of a call's work may begin, after one that took `tookMs`. */
  next(workspaceId: string, tookMs: number): Promise<void> {
    return new Promise((resolve) => {
      const waiting = this.#waiting.get(workspaceId) ?? [];
      waiting.push(resolve);
      if (waiting.length > 1) return;
      this.#waiting.set(workspaceId, waiting);
      this.#rest(workspaceId, waiting, tookMs);
    });
  }

  #rest(workspaceId: string, waiting: (() => void)[], tookMs: number): void {
    const goOn = () => {
      waiting.shift()?.();
      if (waiting.length > 0) this.#rest(workspaceId, waiting, tookMs);
      else this.#waiting.delete(workspaceId);
    };
    // With one such workspace, twice as long as the piece took. The more there are, the less rest each has.
    if (this.#isShared(workspaceId)) setTimeout(goOn, tookMs * (1 + this.#waiting.size));
    else setImmediate(goOn);
  }
}
