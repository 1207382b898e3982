// Delivers one batch completely: in the end Mixpanel has stored each event, or named it as refused, or dropped it.
import type { RejectedBucket } from "../../../domain/bucket.ts";
import { SyncError } from "../../../domain/errors.ts";
import type { EncodedEvent } from "./encodeEvent.ts";
import type { SendEvents } from "./importRequest.ts";

const DROPPED =
  "Mixpanel accepted the event but did not store it. In Mixpanel, under Lexicon, look for a drop filter that " +
  "matches it";

interface Part {
  events: EncodedEvent[];
  /** How many of them Mixpanel stored; null if the part must still be sent. */
  stored: number | null;
}

/**
 * Resends undecided events in smaller parts, which is harmless: Mixpanel recognises them by time and `$insert_id`. If
 * the project drops some, the counts of halves tell which, and the count of the other half needs no request.
 */
export async function deliverBatch(
  send: SendEvents,
  events: EncodedEvent[],
  eventName: string,
  isResend = false,
): Promise<RejectedBucket[]> {
  const rejected: RejectedBucket[] = [];
  const dropped: RejectedBucket[] = [];
  let anyStored = false;
  const parts: Part[] = events.length === 0 ? [] : [{ events, stored: null }];
  for (let part = parts.pop(); part !== undefined; part = parts.pop()) {
    const { events: those, stored } = part;
    if (stored !== null && stored > 0) anyStored = true;
    if (stored === null) parts.push(...(await sendPart(send, those, rejected)));
    else if (stored === 0) dropped.push(...those.map(({ bucket }) => ({ bucket, reason: DROPPED })));
    else if (stored < those.length) parts.push(...(await isolateDropped(send, those, stored, rejected)));
  }
  // Buckets that are sent again were dropped before, so they say nothing about all others.
  if (!anyStored && dropped.length > 1 && !isResend) throw nothingStored(eventName);
  return [...rejected, ...dropped];
}

/** Sends the events and adds those that Mixpanel names as refused. Returns what is known of the others. */
async function sendPart(send: SendEvents, events: EncodedEvent[], rejected: RejectedBucket[]): Promise<Part[]> {
  const response = await send(events);
  switch (response.kind) {
    case "accepted":
      return [{ events, stored: response.stored }];
    case "partial": {
      for (const [index, reason] of response.refused) rejected.push({ bucket: events[index]!.bucket, reason });
      const undecided = response.undecided.map((index) => events[index]!);
      return undecided.length === 0 ? [] : [{ events: undecided, stored: null }];
    }
    case "too_large":
      if (events.length === 1) throw tooLarge();
      return halves(events).map((half) => ({ events: half, stored: null }));
  }
}

/** Sends half of a part of which only some were stored. What was stored of the other half is the difference. */
async function isolateDropped(
  send: SendEvents,
  events: EncodedEvent[],
  stored: number,
  rejected: RejectedBucket[],
): Promise<Part[]> {
  const [asked, other] = halves(events.toSorted(byWhatFiltersName));
  const parts = await sendPart(send, asked, rejected);
  const storedOfAsked = storedOf(parts);
  const difference = storedOfAsked === null ? -1 : stored - storedOfAsked;
  const isSound = difference >= 0 && difference <= other.length;
  return [...parts, { events: other, stored: isSound ? difference : null }];
}

/** Null unless one answer counted all events of the request. */
function storedOf(parts: Part[]): number | null {
  return parts.length === 1 ? (parts[0]?.stored ?? null) : null;
}

/** A filter drops events by a property, so events with equal ones stand together. */
function byWhatFiltersName({ bucket: a }: EncodedEvent, { bucket: b }: EncodedEvent): number {
  return (
    compare(a.aliasId, b.aliasId) ||
    compare(a.routeId, b.routeId) ||
    compare(a.variantId, b.variantId) ||
    compare(a.userId, b.userId)
  );
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function halves(events: EncodedEvent[]): [EncodedEvent[], EncodedEvent[]] {
  const middle = Math.ceil(events.length / 2);
  return [events.slice(0, middle), events.slice(middle)];
}

/** If a whole batch is accepted and not stored, the project's own settings drop the event. */
function nothingStored(eventName: string): SyncError {
  return new SyncError(
    "schema",
    `Mixpanel accepts router exposures but stores none of them. In Mixpanel, under Lexicon, look for the event ` +
      `"${eventName}" and for drop filters that match it, and stop dropping it. ` +
      "Nothing is lost; the export goes on from here.",
  );
}

/** An event has under 4 KB, so this is a limit of something before Mixpanel, which names no event. */
function tooLarge(): SyncError {
  return new SyncError(
    "schema",
    "Mixpanel, or a proxy before it, refuses even a single event as too large (status 413). Raise the proxy's limit " +
      "on request bodies. Nothing is lost; the export goes on from here.",
  );
}
