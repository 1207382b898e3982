// Turns at the bulk work of one provider in this process: each workspace has a share, and all are served fairly.

export interface Turns {
  /** Resolves with what gives the turn back. Rejects if the signal aborts first, or too much waits already. */
  take(workspaceId: string, signal: AbortSignal): Promise<() => void>;
}

interface Share {
  active: number;
  waiting: Set<() => void>;
}

/** So much of the workspace waits that more would keep the steps of others from being taken at all. */
export class NoTurnError extends Error {
  override readonly name = "NoTurnError";
}

export interface TurnLimits {
  atOnce: number;
  perWorkspace: number;
  waitingPerWorkspace: number;
}

/** At most `atOnce` turns, and `perWorkspace` of one workspace, however much of its own waits. */
export function createTurns({ atOnce, perWorkspace, waitingPerWorkspace }: TurnLimits): Turns {
  const shares = new Map<string, Share>();
  let active = 0;

  /** A workspace has one turn, or never more than are then still free: so others always find some. */
  const hasItsShare = (share: Share): boolean =>
    share.active > 0 && (share.active >= perWorkspace || share.active + 1 > atOnce - active - 1);

  /** The workspace that has the fewest turns is next; of equal ones, the one that has waited longest for one. */
  function next(): [string, Share] | undefined {
    let best: [string, Share] | undefined;
    for (const entry of shares) {
      const [, share] = entry;
      if (share.waiting.size === 0 || hasItsShare(share)) continue;
      if (best === undefined || share.active < best[1].active) best = entry;
    }
    return best;
  }

  function serve(): void {
    while (active < atOnce) {
      const found = next();
      if (found === undefined) return;
      const [workspaceId, share] = found;
      const [start] = share.waiting;
      share.waiting.delete(start!);
      share.active++;
      active++;
      // Behind all others with as many turns.
      shares.delete(workspaceId);
      shares.set(workspaceId, share);
      start!();
    }
  }

  function release(workspaceId: string, share: Share): void {
    share.active--;
    active--;
    // Behind the others, who came while it worked.
    shares.delete(workspaceId);
    if (share.active > 0 || share.waiting.size > 0) shares.set(workspaceId, share);
    serve();
  }

  return {
    take(workspaceId, signal) {
      const share = shares.get(workspaceId) ?? { active: 0, waiting: new Set() };
      shares.set(workspaceId, share);
      if (share.waiting.size >= waitingPerWorkspace) return Promise.reject(new NoTurnError());
      return new Promise((resolve, reject) => {
        const start = () => {
          signal.removeEventListener("abort", leave);
          resolve(() => release(workspaceId, share));
        };
        const leave = () => {
          share.waiting.delete(start);
          if (share.active === 0 && share.waiting.size === 0) shares.delete(workspaceId);
          reject(signal.reason as Error);
        };
        if (signal.aborted) return leave();
        signal.addEventListener("abort", leave, { once: true });
        share.waiting.add(start);
        serve();
      });
    },
  };
}
