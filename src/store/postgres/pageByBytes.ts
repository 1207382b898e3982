// Pages of objects that can be large: read in parts, so that a page ends by its bytes and no call fills the memory.

/** A page ends with the part that brings it to this size. */
const MAX_PAGE_BYTES = 2 * 1024 * 1024;
const PART_ROWS = 10;

/**
 * Returns the rows of a page and whether there are more. `readPart` reads so many rows that follow `after`, or the
 * first ones if it is null.
 */
export async function pageByBytes<Row>(
  limit: number,
  readPart: (after: Row | null, count: number) => Promise<Row[]>,
): Promise<{ rows: Row[]; hasMore: boolean }> {
  const rows: Row[] = [];
  let bytes = 0;
  // One row more than the page has shows that there is a next one.
  while (rows.length <= limit && (bytes < MAX_PAGE_BYTES || rows.length < 2)) {
    const count = Math.min(PART_ROWS, limit + 1 - rows.length);
    const part = await readPart(rows.at(-1) ?? null, count);
    rows.push(...part);
    if (part.length < count) return { rows, hasMore: false };
    for (const row of part) bytes += JSON.stringify(row).length;
  }
  rows.pop();
  return { rows, hasMore: true };
}
