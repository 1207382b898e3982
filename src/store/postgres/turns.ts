// Shares a pool among workspaces: each has a few turns at once, and its further calls wait without a connection.
import pLimit, { type LimitFunction } from "p-limit";

export type TakeTurn = <T>(workspaceId: string, work: () => Promise<T>) => Promise<T>;

interface Turns {
  limit: LimitFunction;
  /** Calls that have a turn or wait for one. */
  calls: number;
}

/** `atOnce` must be less than the connections of the pool: then one workspace never has all of them. */
export function turnsByWorkspace(atOnce: number): TakeTurn {
  const byWorkspace = new Map<string, Turns>();
  return async (workspaceId, work) => {
    const turns = byWorkspace.get(workspaceId) ?? { limit: pLimit(atOnce), calls: 0 };
    byWorkspace.set(workspaceId, turns);
    turns.calls++;
    try {
      return await turns.limit(work);
    } finally {
      turns.calls--;
      if (turns.calls === 0) byWorkspace.delete(workspaceId);
    }
  };
}
