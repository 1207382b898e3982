// Heavy work, a few at a time: the rest waits in line without a connection, which others need meanwhile.

/**
 * @example
 * const inTurn = atMost(2);
 * await inTurn(() => heavy());
 */
export function atMost(limit: number): <T>(work: () => Promise<T>) => Promise<T> {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (running >= limit) await new Promise<void>((done) => waiting.push(done));
    else running++;
    try {
      return await work();
    } finally {
      // The place goes to the next in line, or is free.
      const next = waiting.shift();
      if (next === undefined) running--;
      else next();
    }
  };
}
