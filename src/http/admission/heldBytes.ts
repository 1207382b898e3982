// Bytes that calls hold in memory, such as their bodies: bounded for each workspace and for the process.
import { Pieces } from "./pieces.ts";
import { busy, tooMuch } from "./refusals.ts";

export interface Hold {
  /** Throws as `add` would. Nothing is added: a caller may announce more than it ever sends. */
  check(bytes: number): void;
  /** Throws a Problem, 429 or 503, if there is no room for so many more bytes. Then nothing is added. */
  add(bytes: number): void;
  /** Resolves when the next piece of the call's work may begin, after one that took so long (pieces.ts). */
  nextPiece(tookMs: number): Promise<void>;
  /** Gives all of them back. A second call does nothing. */
  release(): void;
}

const RETRY_AFTER_SECONDS = 1;
/** So much a workspace may hold though less is free, so that it is served while others hold all that they may. */
const ALWAYS_ALLOWED_BYTES = 1024 * 1024;

/**
 * A workspace never holds more than is then still free. For example, of 256 MB with 64 MB for each workspace: the first
 * three may hold 64 MB each, the next one 32 MB, then 16 MB. However many come, something is left for the next one.
 */
export class HeldBytes {
  readonly #maxBytes: number;
  readonly #maxBytesOfWorkspace: number;
  readonly #workspaces = new Map<string, number>();
  readonly #pieces: Pieces;
  #bytes = 0;

  /** 0 means no limit. */
  constructor(maxBytes: number, maxBytesOfWorkspace: number, pieces = new Pieces(() => false)) {
    this.#pieces = pieces;
    this.#maxBytes = maxBytes || Infinity;
    this.#maxBytesOfWorkspace = maxBytesOfWorkspace || Infinity;
  }

  hold(workspaceId: string): Hold {
    let held = 0;
    return {
      check: (bytes) => void this.#check(workspaceId, bytes),
      add: (bytes) => {
        this.#add(workspaceId, bytes);
        held += bytes;
      },
      nextPiece: (tookMs) => this.#pieces.next(workspaceId, tookMs),
      release: () => {
        this.#remove(workspaceId, held);
        held = 0;
      },
    };
  }

  /** Returns what the workspace holds with these bytes. */
  #check(workspaceId: string, bytes: number): number {
    const ofWorkspace = (this.#workspaces.get(workspaceId) ?? 0) + bytes;
    if (ofWorkspace > this.#maxBytesOfWorkspace) {
      const what = `The calls of this workspace hold more than ${this.#maxBytesOfWorkspace} bytes at once.`;
      throw tooMuch(what, RETRY_AFTER_SECONDS);
    }
    const free = this.#maxBytes - this.#bytes - bytes;
    if (free < 0 || ofWorkspace > Math.max(free, ALWAYS_ALLOWED_BYTES)) throw busy(RETRY_AFTER_SECONDS);
    return ofWorkspace;
  }

  #add(workspaceId: string, bytes: number): void {
    const ofWorkspace = this.#check(workspaceId, bytes);
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
