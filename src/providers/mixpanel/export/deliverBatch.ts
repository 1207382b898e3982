// Delivers one batch to the last event: each is stored by Mixpanel or known to be refused for good.
import type { RejectedBucket } from "../../../domain/bucket.ts";
import { SyncError } from "../../../domain/errors.ts";
import type { EncodedEvent } from "./encodeEvent.ts";
import { redacted } from "../errors.ts";
import type { SendEvents } from "./importRequest.ts";

/**
 * Where a whole batch is refused, this many single events, spread over it, are tried first: if every one of them is
 * refused, it is not about single events, and splitting on would cost thousands of requests to reject everything.
 */
const PROBES = 8;
/** With fewer events than this, refusals are taken as being about the events themselves. */
const MIN_PROBES_FOR_VERDICT = 4;

const NOT_STORED = "Mixpanel accepted the event but did not store it";

/**
 * Sends what is left again and again in smaller pieces until nothing is unknown. Sending an event twice is harmless:
 * Mixpanel recognises it by time and `$insert_id`.
 */
export async function deliverBatch(
  send: SendEvents,
  events: EncodedEvent[],
  eventName: string,
): Promise<RejectedBucket[]> {
  const rejected: RejectedBucket[] = [];
  const reject = (event: EncodedEvent, reason: string): void => {
    rejected.push({ bucket: event.bucket, reason });
  };
  const pieces = [events];
  for (let piece = pieces.pop(); piece !== undefined; piece = pieces.pop()) {
    if (piece.length === 0) continue;
    const verdict = await send(piece);
    const only = piece.length === 1 ? piece[0] : undefined;
    switch (verdict.kind) {
      case "stored":
        break;
      case "partial":
        for (const [index, reason] of verdict.refused) reject(at(piece, index), reason);
        pieces.push(verdict.rest.map((index) => at(piece, index)));
        break;
      case "too_large":
        if (only !== undefined) reject(only, "Mixpanel finds this event too large");
        else pieces.push(...halves(piece));
        break;
      case "short":
        if (piece === events && verdict.stored === 0) throw nothingStored(eventName);
        if (only !== undefined) reject(only, NOT_STORED);
        else pieces.push(...halves(piece));
        break;
      case "refused":
        if (only !== undefined) reject(only, verdict.reason);
        else if (piece !== events) pieces.push(...halves(piece));
        else pieces.push(...halves(await probe(send, piece, reject)));
        break;
      case "other":
        throw new SyncError("bug", "An answer of Mixpanel was not understood.");
    }
  }
  return rejected;
}

/** Tries single events; answers those not tried. Throws where Mixpanel refuses every one. */
async function probe(
  send: SendEvents,
  events: EncodedEvent[],
  reject: (event: EncodedEvent, reason: string) => void,
): Promise<EncodedEvent[]> {
  const count = Math.min(PROBES, events.length);
  const indices = new Set(Array.from({ length: count }, (_, i) => Math.floor((i * events.length) / count)));
  const refused: { event: EncodedEvent; reason: string }[] = [];
  for (const index of indices) {
    const event = at(events, index);
    const verdict = await send([event]);
    if (verdict.kind === "refused") refused.push({ event, reason: verdict.reason });
    if (verdict.kind === "partial") refused.push({ event, reason: verdict.refused.get(0) ?? "refused" });
    if (verdict.kind === "too_large") refused.push({ event, reason: "Mixpanel finds this event too large" });
    if (verdict.kind === "short") refused.push({ event, reason: NOT_STORED });
  }
  const first = refused[0];
  if (first !== undefined && refused.length === count && count >= MIN_PROBES_FOR_VERDICT) {
    const ids = refused.map(({ event }) => event.bucket.userId);
    throw new SyncError(
      "schema",
      `Mixpanel refuses all router exposures of this project: ${redacted(first.reason, ids)}. Change the project's settings ` +
        "in Mixpanel so that it takes them; nothing is lost, the export goes on from here.",
    );
  }
  for (const { event, reason } of refused) reject(event, reason);
  return events.filter((_, index) => !indices.has(index));
}

/** A whole batch that was accepted but not stored: the customer's own settings drop the event. */
function nothingStored(eventName: string): SyncError {
  return new SyncError(
    "schema",
    `Mixpanel accepts router exposures but stores none of them. In Mixpanel, under Lexicon, look for the event ` +
      `"${eventName}" and stop dropping it; nothing is lost, the export goes on from here.`,
  );
}

function halves(events: EncodedEvent[]): EncodedEvent[][] {
  const middle = Math.ceil(events.length / 2);
  return [events.slice(middle), events.slice(0, middle)];
}

function at(events: EncodedEvent[], index: number): EncodedEvent {
  const event = events[index];
  if (event === undefined) throw new SyncError("bug", "An event of a batch has no place in it.");
  return event;
}
