// Lines out of bytes: cut at newline bytes alone, wherever the network cuts; bounded memory for a line without end.
import fc from "fast-check";
import { expect, test } from "vitest";
import { MAX_LINE_BYTES, splitLines } from "../../../../src/providers/mixpanel/import/lines.ts";
import type { LinePiece } from "../../../../src/providers/mixpanel/import/lines.ts";
import { noteOverlong, readLine } from "../../../../src/providers/mixpanel/import/parseRow.ts";
import type { RowContext, RowSink } from "../../../../src/providers/mixpanel/import/parseRow.ts";
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

function textOf(pieces: LinePiece[]): string {
  return pieces
    .map((piece) => ("lines" in piece ? piece.lines : "tail" in piece ? piece.tail : "<overlong>\n"))
    .join("");
}

test("any text comes out as it went in, in whole lines and a tail", async () => {
  const line = fc.string({ unit: fc.constantFrom("a", "é", "🚀", "\u2028", "\r", "\n", '"'), maxLength: 200 });
  await fc.assert(
    fc.asyncProperty(line, fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1 }), async (text, sizes) => {
      const pieces = await collect(splitLines(cut(Buffer.from(text), sizes), NO_BEAT));
      expect(textOf(pieces)).toBe(text);
      expect(pieces.every((piece) => !("lines" in piece) || piece.lines.endsWith("\n"))).toBe(true);
      expect(pieces.reduce((sum, piece) => sum + piece.bytes, 0)).toBe(Buffer.byteLength(text));
      const tail = pieces.at(-1);
      expect(tail !== undefined && "tail" in tail).toBe(text !== "" && !text.endsWith("\n"));
    }),
  );
});

test("large streams come in blocks of about a megabyte", async () => {
  const line = Buffer.from(`${"x".repeat(999)}\n`);
  const pieces = await collect(
    splitLines(cut(Buffer.concat(Array.from({ length: 5_000 }, () => line)), [65_536]), NO_BEAT),
  );
  expect(pieces.length).toBeGreaterThan(3);
  for (const piece of pieces) expect(piece.bytes).toBeLessThan(1_200_000);
});

test("a line over the limit is rejected, the lines around it are not, and its key is the same however it arrives", async () => {
  const long = `{"event":"e","properties":{"text":"${"y".repeat(MAX_LINE_BYTES + 100_000)}"}}`;
  const bytes = Buffer.from(`before\n${long}\nafter\nlast`);
  const keys = new Set<string | undefined>();
  let skipped = 0;
  for (const size of [65_536, 10_007, 3_000_000, bytes.length]) {
    const pieces = await collect(splitLines(cut(bytes, [size]), NO_BEAT));
    const sink: RowSink = { rows: [], rejected: [] };
    for (const piece of pieces) {
      if ("overlong" in piece) {
        skipped++;
        noteOverlong(piece.overlong, CONTEXT, sink);
      } else if ("lines" in piece && piece.lines.includes(long)) {
        // It fitted into one block: the reader of rows finds it too long.
        readLine(long, CONTEXT, sink);
      }
    }
    expect(textOf(pieces).replace(long, "<overlong>")).toBe("before\n<overlong>\nafter\nlast");
    expect(sink.rejected).toMatchObject([{ event: "e", record: long.slice(0, 4_000) }]);
    keys.add(sink.rejected[0]?.key);
  }
  expect(skipped).toBe(2);
  expect(keys.size).toBe(1);
});

test("a line that never ends is a tail, with its beginning alone", async () => {
  const pieces = await collect(splitLines(cut(Buffer.alloc(MAX_LINE_BYTES * 2, "z"), [100_000]), NO_BEAT));
  expect(pieces).toEqual([{ tail: "z".repeat(4_000), bytes: MAX_LINE_BYTES * 2 }]);
});
