// Tells the other servers that this one is up, and the admission how many there are.

/** Three of them may be missed before the others take this server for gone. */
const INTERVAL_MS = 5_000;

export interface Presence {
  stop(): Promise<void>;
}

/** While the store fails, the last number counts: without PostgreSQL too, workspaces keep their limits. */
export async function keepPresence(deps: {
  seen: () => Promise<number>;
  remove: () => Promise<void>;
  onCount: (servers: number) => void;
}): Promise<Presence> {
  let isAsking = false;
  const ask = async () => {
    if (isAsking) return;
    isAsking = true;
    await deps.seen().then(deps.onCount, () => undefined);
    isAsking = false;
  };
  await ask();
  const timer = setInterval(() => void ask(), INTERVAL_MS);
  return {
    async stop() {
      clearInterval(timer);
      await deps.remove().catch(() => undefined);
    },
  };
}
