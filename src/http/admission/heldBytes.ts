// Bytes that calls hold in memory, such as their bodies: bounded for each workspace and for the process.
import { busy, tooMuch } from "./refusals.ts";

export interface Hold {
  /** Throws a Problem, 429 or 503, if there is no room for so many more bytes. Then nothing is added. */
  add(bytes: number): void;
  /** Gives all of them back. A second call does nothing. */
  release(): void;
}

const RETRY_AFTER_SECONDS = 1;

export class HeldBytes {
  readonly #maxBytes: number;
  readonly #maxBytesOfWorkspace: number;
  readonly #workspaces = new Map<string, number>();
  #bytes = 0;

  /** 0 means no limit. */
  constructor(maxBytes: number, maxBytesOfWorkspace: number) {
    this.#maxBytes = maxBytes || Infinity;
    this.#maxBytesOfWorkspace = maxBytesOfWorkspace || Infinity;
  }

  hold(workspaceId: string): Hold {
    let held = 0;
    return {
      add: (bytes) => {
        this.#add(workspaceId, bytes);
        held += bytes;
      },
      release: () => {
        this.#remove(workspaceId, held);
        held = 0;
      },
    };
  }

  #add(workspaceId: string, bytes: number): void {
    const ofWorkspace = (this.#workspaces.get(workspaceId) ?? 0) + bytes;
    if (ofWorkspace > this.#maxBytesOfWorkspace) {
      const what = `The calls of this workspace hold more than ${this.#maxBytesOfWorkspace} bytes at once.`;
      throw tooMuch(what, RETRY_AFTER_SECONDS);
    }
    if (this.#bytes + bytes > this.#maxBytes) throw busy(RETRY_AFTER_SECONDS);
    this.#bytes += bytes;
    this.#workspaces.set(workspaceId, ofWorkspace);
  }

  #remove(workspaceId: string, bytes: number): void {
    if (bytes === 0) return;
    this.#bytes -= bytes;
    const left = (this.#workspaces.get(workspaceId) ?? 0) - bytes;
    if (left > 0) this.#workspaces.set(workspaceId, left);
    else this.#workspaces.delete(workspaceId);
  }
}
