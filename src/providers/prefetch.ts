// Lets one stage of a pipeline produce its next item while the following stage works on the last one.
import { setImmediate } from "node:timers/promises";

/** Yields the same items and error, some ahead. A consumer that leaves early waits for the items in production. */
export function prefetch<Item>(items: AsyncGenerator<Item, void>, ahead = 1): AsyncGenerator<Item, void> {
  return ahead === 0 ? items : prefetch(prefetchOne(items), ahead - 1);
}

async function* prefetchOne<Item>(items: AsyncGenerator<Item, void>): AsyncGenerator<Item, void> {
  let next = start(items);
  try {
    for (;;) {
      const { done, value } = await next;
      if (done === true) return;
      next = start(items);
      // Sends the requests for the next item before the work on this one holds up the event loop.
      await setImmediate();
      yield value;
    }
  } finally {
    await next.catch(() => undefined);
    await items.return();
  }
}

function start<Item>(items: AsyncGenerator<Item, void>): Promise<IteratorResult<Item, void>> {
  const next = items.next();
  // An error is thrown when the item is awaited. Until then it must not count as unhandled.
  next.catch(() => undefined);
  return next;
}
