// A page of imported records as a stream: it is read part by part, so that only a part of it is in memory at once.
import type { ImportedRecord } from "../../domain/event.ts";
import type { Page, PageRequest } from "../../domain/page.ts";
import type { Caller } from "../../http/admission/fairQueue.ts";
import type { Hold } from "../../http/admission/heldBytes.ts";
import { CallerLeftError } from "../../http/admission/refusals.ts";
import { Problem } from "../../http/problem.ts";
import { isoTime } from "../responses.ts";

export type PartRequest = PageRequest & { maxBytes: number };
type ReadPart = (asked: PartRequest) => Promise<Page<ImportedRecord>>;

interface Share {
  caller: Caller;
  hold: Hold;
  /** Notes why a response broke off. */
  onFailure: (error: unknown) => void;
  /** Runs a read in a turn of the workspace. A caller that reads slowly takes no turn meanwhile. */
  inTurn: (work: () => Promise<Page<ImportedRecord>>) => Promise<Page<ImportedRecord>>;
}

/** A page ends with the record that brings it to this size. */
const MAX_PAGE_BYTES = 8 * 1024 * 1024;
const PART_BYTES = 512 * 1024;

/** Rejects if the first part cannot be read. If a later one cannot, the response breaks off. */
export async function streamRecords(page: PageRequest, read: ReadPart, share: Share): Promise<Response> {
  const { caller, hold } = share;
  hold.add(PART_BYTES);
  // A stream that never starts does not end either, so the caller's end counts too.
  caller?.once("close", () => hold.release());
  // The turn of the call itself is that of the first part.
  const readFirst = async () => {
    const first = await read({ ...page, maxBytes: PART_BYTES });
    if (caller?.destroyed === true) throw new CallerLeftError();
    return first;
  };
  const first = await readFirst().catch((error: unknown) => {
    hold.release();
    throw error;
  });
  const parts = pageTexts(page, first, read, share);
  return new Response(ReadableStream.from(encoded(parts)), { headers: { "content-type": "application/json" } });
}

async function* encoded(texts: AsyncIterable<string>): AsyncGenerator<Uint8Array> {
  for await (const text of texts) yield Buffer.from(text);
}

async function* pageTexts(
  page: PageRequest,
  first: Page<ImportedRecord>,
  read: ReadPart,
  { caller, hold, onFailure, inTurn }: Share,
): AsyncGenerator<string> {
  let part = first;
  let records = 0;
  let bytes = 0;
  /** What the part took this process, the time of its statement included. */
  let tookMs = 0;
  try {
    for (;;) {
      const startedMs = performance.now();
      const text = part.items.map(recordText).join(",");
      tookMs += performance.now() - startedMs;
      yield `${records === 0 ? '{"records":[' : ","}${text}`;
      records += part.items.length;
      bytes += text.length;
      const limit = page.limit - records;
      if (part.next === null || limit <= 0 || bytes >= MAX_PAGE_BYTES) break;
      const asked = { cursor: part.next, limit, maxBytes: PART_BYTES };
      await hold.nextPiece(tookMs);
      const following = await inTurn(async () => {
        const readAtMs = performance.now();
        const found = await read(asked);
        tookMs = performance.now() - readAtMs;
        return found;
      }).catch(endEarly);
      if (following === null) break;
      part = following;
      if (part.items.length === 0) break;
    }
    yield `],"next":${JSON.stringify(part.next)}}`;
  } catch (error) {
    if (!(error instanceof CallerLeftError)) onFailure(error);
    // Breaks the response off. An error of the stream would reach the caller with its message.
    if (caller === undefined) throw new Error("The page broke off.", { cause: error });
    caller.destroy();
  } finally {
    // The caller has yet to take the last part.
    if (caller === undefined) hold.release();
  }
}

/** Without a turn, the page ends with what was sent, as if it were full. */
function endEarly(error: unknown): null {
  if (error instanceof Problem && (error.status === 429 || error.status === 503)) return null;
  throw error;
}

/** As text, because JSON.parse would lose digits of numbers. */
function recordText({ uuid, userIds, timestampMs, properties }: ImportedRecord): string {
  const user = { user_id: userIds[0] ?? "", user_ids: userIds };
  const head = JSON.stringify({ uuid, ...user, timestamp: isoTime(timestampMs) });
  return `${head.slice(0, -1)},"properties":${properties}}`;
}
