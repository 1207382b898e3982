// The body of a raw export that a fault strikes: rows up to the fault, then what the fault sends.
import type { StruckFault } from "./faults.ts";
import type { Project } from "./project.ts";
import type { RowRange } from "./rows.ts";

const BLOCK_BYTES = 256 * 1024;
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

/** Returns "cut" if the connection must end before the body does. */
export function* faultyBlocks(
  project: Project,
  ranges: Iterable<RowRange>,
  seconds: boolean,
  fault: StruckFault,
): Generator<Buffer, "whole" | "cut"> {
  let block: Buffer[] = [];
  let blockBytes = 0;
  for (const piece of faultyLines(project, linesOf(ranges, seconds), fault)) {
    block.push(piece);
    blockBytes += piece.length;
    if (blockBytes < BLOCK_BYTES) continue;
    yield Buffer.concat(block);
    block = [];
    blockBytes = 0;
  }
  if (blockBytes > 0) yield Buffer.concat(block);
  return fault.kind === "reset_mid_body" || fault.kind === "hang_mid_body" ? "cut" : "whole";
}

function* linesOf(ranges: Iterable<RowRange>, seconds: boolean): Generator<Buffer> {
  for (const { rows, from, to } of ranges) {
    for (let at = from; at < to; at++) {
      const line = Buffer.allocUnsafe(rows.bytesBetween(at, at + 1));
      yield line.subarray(0, rows.copyLines(at, at + 1, line, 0, seconds));
    }
  }
}

function* faultyLines(project: Project, lines: Iterable<Buffer>, fault: StruckFault): Generator<Buffer> {
  if (fault.kind === "byte_order_mark") yield BYTE_ORDER_MARK;
  let sent = 0;
  let bytes = 0;
  let isStruck = false;
  for (const line of lines) {
    if (!isStruck && sent >= fault.afterEvents && bytes >= fault.afterBytes) {
      isStruck = true;
      yield* strikeBefore(line, fault);
      if (!goesOn(fault)) break;
    }
    yield line;
    sent++;
    bytes += line.length;
  }
  if (!isStruck) yield* strikeBefore(Buffer.alloc(0), fault);
  project.counts.rowsExported += sent;
}

function goesOn({ kind }: StruckFault): boolean {
  return kind === "line_between" || kind === "byte_order_mark";
}

/** What the fault sends instead of this line or before it. */
function* strikeBefore(line: Buffer, fault: StruckFault): Generator<Buffer> {
  switch (fault.kind) {
    case "terminated_early":
      return yield Buffer.from("terminated early\n");
    case "export_terminated_early":
      return yield Buffer.from("export terminated early\n");
    case "ends_with":
    case "line_between":
      return yield Buffer.from(`${fault.body}\n`);
    case "half_row":
      return yield Buffer.concat([line.subarray(0, line.length / 2), Buffer.from("\n")]);
    default:
      return;
  }
}
