// Pages that end by count or by bytes have each row once.
import { expect, test } from "vitest";
import { pageByBytes } from "../../../src/store/postgres/pageByBytes.ts";

/** All pages of the rows 0 to `total` - 1. */
async function pagesOf(total: number, limit: number, text = ""): Promise<number[][]> {
  const all = Array.from({ length: total }, (_, number) => ({ number, text }));
  const pages: number[][] = [];
  let first = -1;
  for (;;) {
    const { rows, hasMore } = await pageByBytes<(typeof all)[number]>(limit, async (after, count) => {
      const from = (after?.number ?? first) + 1;
      return await Promise.resolve(all.slice(from, from + count));
    });
    pages.push(rows.map(({ number }) => number));
    if (!hasMore) return pages;
    first = rows.at(-1)?.number ?? Infinity;
  }
}

test.each([0, 1, 9, 10, 11, 20, 25])("%i rows in pages of any size", async (total) => {
  const numbers = Array.from({ length: total }, (_, number) => number);
  for (const limit of [1, 2, 9, 10, 11, 30]) {
    const pages = await pagesOf(total, limit);
    expect(pages.flat()).toEqual(numbers);
    expect(pages).toHaveLength(Math.max(1, Math.ceil(total / limit)));
  }
});

test("large rows make short pages", async () => {
  const pages = await pagesOf(50, 1_000, "x".repeat(300_000));
  expect(pages.flat()).toEqual(Array.from({ length: 50 }, (_, number) => number));
  expect(Math.max(...pages.map((page) => page.length))).toBeLessThan(12);
});
