// Cutting bytes into lines: at newline bytes alone, wherever the network cuts, and with bounded memory.
import fc from "fast-check";
import { expect, test } from "vitest";
import { emptySink, MAX_ROW_BYTES } from "../../../../src/providers/importChunks.ts";
import { type LinesPart, splitLines } from "../../../../src/providers/mixpanel/import/lines.ts";
import { createRowReader, type RowContext } from "../../../../src/providers/mixpanel/import/parseRow.ts";
import { collect } from "../../../support/providers/mixpanel.ts";

async function* cut(bytes: Buffer, sizes: number[]): AsyncGenerator<Buffer> {
  let from = 0;
  for (let i = 0; from < bytes.length; i++) {
    const size = sizes[i % sizes.length] ?? bytes.length;
    yield bytes.subarray(from, from + size);
    from += size;
  }
}

const CONTEXT: RowContext = { wanted: new Set(["e"]), fromWallMs: 0, toUtcMs: (wallMs) => wallMs };
const NO_BEAT = (): void => undefined;

function textOf(parts: LinesPart[]): string {
  return parts.map((part) => (part.kind === "overlong" ? "<overlong>\n" : part.text)).join("");
}

test("any text comes out unchanged, in whole lines and a tail", async () => {
  const line = fc.string({ unit: fc.constantFrom("a", "é", "🚀", "\u2028", "\r", "\n", '"'), maxLength: 200 });
  await fc.assert(
    fc.asyncProperty(line, fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1 }), async (text, sizes) => {
      const parts = await collect(splitLines(cut(Buffer.from(text), sizes), NO_BEAT));
      expect(textOf(parts)).toBe(text);
      expect(parts.every((part) => part.kind !== "lines" || part.text.endsWith("\n"))).toBe(true);
      expect(parts.reduce((sum, part) => sum + part.bytes, 0)).toBe(Buffer.byteLength(text));
      const tail = parts.at(-1);
      expect(tail?.kind === "tail").toBe(text !== "" && !text.endsWith("\n"));
    }),
  );
});

test("large streams come in blocks of about a megabyte", async () => {
  const line = Buffer.from(`${"x".repeat(999)}\n`);
  const parts = await collect(
    splitLines(cut(Buffer.concat(Array.from({ length: 5_000 }, () => line)), [65_536]), NO_BEAT),
  );
  expect(parts.length).toBeGreaterThan(3);
  for (const part of parts) expect(part.bytes).toBeLessThan(1_200_000);
});

test("a line over the limit is rejected, the lines around it are not, and its key is the same however it arrives", async () => {
  const long = `{"event":"e","properties":{"text":"${"y".repeat(MAX_ROW_BYTES + 100_000)}"}}`;
  const bytes = Buffer.from(`before\n${long}\nafter\nlast`);
  const keys = new Set<string | undefined>();
  let skipped = 0;
  for (const size of [65_536, 10_007, 3_000_000, bytes.length]) {
    const parts = await collect(splitLines(cut(bytes, [size]), NO_BEAT));
    const sink = emptySink();
    const reader = createRowReader(CONTEXT);
    for (const part of parts) {
      if (part.kind === "overlong") {
        skipped++;
        reader.overlong(part, sink);
      } else if (part.kind === "lines" && part.text.includes(long)) {
        // The line fitted into one block.
        reader.line(long, sink);
      }
    }
    expect(textOf(parts).replace(long, "<overlong>")).toBe("before\n<overlong>\nafter\nlast");
    expect(sink.rejected).toMatchObject([{ event: "e", record: long.slice(0, 4_000) }]);
    keys.add(sink.rejected[0]?.key);
  }
  expect(skipped).toBe(2);
  expect(keys.size).toBe(1);
});

test("of a line that never ends only the beginning is kept, as a tail", async () => {
  const parts = await collect(splitLines(cut(Buffer.alloc(MAX_ROW_BYTES * 2, "z"), [100_000]), NO_BEAT));
  expect(parts).toEqual([{ kind: "tail", text: "z".repeat(4_000), bytes: MAX_ROW_BYTES * 2 }]);
});
