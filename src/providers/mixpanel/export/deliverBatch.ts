// Delivers one batch completely: in the end Mixpanel has stored each event or refused it for good.
import type { RejectedBucket } from "../../../domain/bucket.ts";
import { SyncError } from "../../../domain/errors.ts";
import { redact } from "../errors.ts";
import type { EncodedEvent } from "./encodeEvent.ts";
import type { SendEvents } from "./importRequest.ts";
import type { ImportResponse } from "./importResponse.ts";

/** Single events to try if a batch is refused. If all are refused, the cause is not in them, and halving is useless. */
const PROBES = 8;
/** In a batch of fewer events, refusals are taken as being about the events themselves. */
const MIN_PROBES = 4;

/** Resends undecided events in smaller parts, which is harmless: Mixpanel recognises them by time and `$insert_id`. */
export async function deliverBatch(
  send: SendEvents,
  events: EncodedEvent[],
  eventName: string,
): Promise<RejectedBucket[]> {
  const rejected: RejectedBucket[] = [];
  const parts = [events];
  for (let part = parts.pop(); part !== undefined; part = parts.pop()) {
    if (part.length === 0) continue;
    const isWhole = part === events;
    const response = await send(part);
    if (isWhole && response.kind === "short" && response.stored === 0) throw nothingStored(eventName);
    if (part.length === 1) {
      const reason = reasonForSingle(response);
      if (reason !== null) rejected.push({ bucket: part[0]!.bucket, reason });
      continue;
    }
    switch (response.kind) {
      case "stored":
        break;
      case "partial":
        for (const [index, reason] of response.refused) rejected.push({ bucket: part[index]!.bucket, reason });
        parts.push(response.undecided.map((index) => part[index]!));
        break;
      case "refused":
        parts.push(...halves(isWhole ? await probe(send, part, rejected) : part));
        break;
      case "short":
      case "too_large":
        parts.push(...halves(part));
        break;
    }
  }
  return rejected;
}

/** Returns null if Mixpanel stored the event. */
function reasonForSingle(response: ImportResponse): string | null {
  switch (response.kind) {
    case "stored":
      return null;
    case "partial":
      return response.refused.get(0) ?? "refused";
    case "refused":
      return response.reason;
    case "short":
      return "Mixpanel accepted the event but did not store it";
    case "too_large":
      return "Mixpanel finds this event too large";
  }
}

/** Sends single events and returns those that it did not send. Throws if Mixpanel refuses every one. */
async function probe(send: SendEvents, events: EncodedEvent[], rejected: RejectedBucket[]): Promise<EncodedEvent[]> {
  const count = Math.min(PROBES, events.length);
  const indices = new Set(Array.from({ length: count }, (_, i) => Math.floor((i * events.length) / count)));
  const refused: RejectedBucket[] = [];
  for (const index of indices) {
    const event = events[index]!;
    const reason = reasonForSingle(await send([event]));
    if (reason !== null) refused.push({ bucket: event.bucket, reason });
  }
  const first = refused[0];
  if (first !== undefined && refused.length === count && count >= MIN_PROBES) {
    const userIds = refused.map(({ bucket }) => bucket.userId);
    throw new SyncError(
      "schema",
      `Mixpanel refuses all router exposures of this project: ${redact(first.reason, userIds)}. ` +
        "Change the project's settings in Mixpanel to accept them. Nothing is lost; the export goes on from here.",
    );
  }
  rejected.push(...refused);
  return events.filter((_, index) => !indices.has(index));
}

/** If a whole batch is accepted and not stored, the project's own settings drop the event. */
function nothingStored(eventName: string): SyncError {
  return new SyncError(
    "schema",
    `Mixpanel accepts router exposures but stores none of them. In Mixpanel, under Lexicon, look for the event ` +
      `"${eventName}" and stop dropping it. Nothing is lost; the export goes on from here.`,
  );
}

function halves(events: EncodedEvent[]): EncodedEvent[][] {
  const middle = Math.ceil(events.length / 2);
  return [events.slice(middle), events.slice(0, middle)];
}
