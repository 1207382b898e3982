// Work of a pipeline's stages side by side: each stage is one item ahead of the next.
import { setImmediate } from "node:timers/promises";

/**
 * The same items, and the same failure in its place, with the next one under way while the last is worked on. Whoever leaves early
 * waits for the one under way: nothing goes on behind its back.
 *
 * @example
 * for await (const page of oneAhead(readPages(job))) await work(page); // meanwhile the next page is read
 */
export async function* prefetch<Item>(items: AsyncGenerator<Item, void>): AsyncGenerator<Item, void> {
  let next = start(items);
  try {
    for (;;) {
      const { done, value } = await next;
      if (done === true) return;
      next = start(items);
      // What the next one needs goes out before work on this one holds up the event loop.
      await setImmediate();
      yield value;
    }
  } finally {
    await next.catch(() => undefined);
    await items.return();
  }
}

/** A failure that comes before anybody asks for it waits for them. */
function start<Item>(items: AsyncGenerator<Item, void>): Promise<IteratorResult<Item, void>> {
  const next = items.next();
  next.catch(() => undefined);
  return next;
}
