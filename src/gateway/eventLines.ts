// Follows an event stream line by line while its bytes pass, and keeps back the event with which it ends.
import { errorIn, eventType, isUsageAlone } from "./answerErrors.ts";
import type { OpenAiApi } from "./openAiApis.ts";

const NEWLINE = 0x0a;
const NOTHING = Buffer.alloc(0);
/** Clients read whole lines, so a line waits for its end. A longer one shows within these bytes what it is. */
const MAX_LINE_BYTES = 64 * 1024;
/** More than this of a last event is not kept back. */
const MAX_LAST_BYTES = 1024 * 1024;

/** `done` and `last` begin the last event: the first is complete at once, the other has more lines. */
type LineKind = "blank" | "done" | "last" | "hidden" | "other";
const isLast = (kind: LineKind) => kind === "done" || kind === "last";

export interface EventLinesOptions {
  api: Pick<OpenAiApi, "lastEvents" | "isGenerated">;
  /** The caller did not ask for the event with nothing but the usage: it does not pass. */
  hidesUsage: boolean;
}

export class EventLines {
  readonly #options: EventLinesOptions;
  /** A line that has only begun. */
  #held: Buffer = NOTHING;
  /** The rest of this line passes as it comes. */
  #isWithinLine = false;
  /** Of the event that is under way. */
  #name = "";
  #isHiding = false;
  /** The last event and what came behind it; null before it. */
  #last: LastEvent | null = null;
  /** Whether the stream said that it has failed. */
  hasFailed = false;
  /** Whether an event that carries something generated has come. No event is looked at after the first one. */
  hasGenerated = false;
  /** Whether a comment may stand behind what has passed: nothing has, or an event has ended. */
  isBetweenEvents = true;

  constructor(options: EventLinesOptions) {
    this.#options = options;
  }

  /** The bytes that may pass. `isComplete`: the last event has come. It is kept back. */
  push(chunk: Buffer): { passed: Buffer; isComplete: boolean } {
    const passed: Buffer[] = [];
    if (this.#last !== null) this.#last.push(chunk);
    else this.#follow(this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]), passed);
    const [first = NOTHING] = passed;
    return {
      passed: passed.length > 1 ? Buffer.concat(passed) : first,
      isComplete: this.#last?.isComplete ?? false,
    };
  }

  /** The stream is over, with or without a last event. A last line without its end is a line too. */
  end(): void {
    if (this.#last !== null || this.#held.length === 0) return;
    if (this.#kindOf(this.#held) === "hidden") this.#held = NOTHING;
  }

  /** What was kept back. */
  rest(): Buffer {
    const kept = this.#last === null ? this.#held : this.#last.take();
    this.#held = NOTHING;
    return kept;
  }

  #follow(bytes: Buffer, passed: Buffer[]): void {
    this.#held = NOTHING;
    let from = 0;
    let at = 0;
    for (let end = bytes.indexOf(NEWLINE); end !== -1; end = bytes.indexOf(NEWLINE, at)) {
      const kind = this.#isWithinLine ? "other" : this.#kindOf(bytes.subarray(at, end));
      this.#isWithinLine = false;
      if (kind === "hidden" || isLast(kind)) passed.push(bytes.subarray(from, at));
      if (isLast(kind)) {
        this.#last = new LastEvent(bytes.subarray(at), kind === "done");
        return;
      }
      at = end + 1;
      if (kind === "hidden") from = at;
      else this.isBetweenEvents = kind === "blank";
    }
    if (this.#isWithinLine || bytes.length - at > MAX_LINE_BYTES) {
      const kind = this.#isWithinLine ? "other" : this.#kindOf(bytes.subarray(at));
      if (isLast(kind)) {
        passed.push(bytes.subarray(from, at));
        this.#last = new LastEvent(bytes.subarray(at), kind === "done");
        return;
      }
      this.#isWithinLine = true;
      this.isBetweenEvents = false;
      at = bytes.length;
    }
    passed.push(bytes.subarray(from, at));
    this.#held = bytes.subarray(at);
  }

  /** Of a line without its end. */
  #kindOf(line: Buffer): LineKind {
    const text = line.toString("utf8").trimEnd();
    const isBlank = text === "";
    if (isBlank) this.#name = "";
    if (this.#isHiding) {
      this.#isHiding = !isBlank;
      return "hidden";
    }
    if (isBlank) return "blank";
    if (text.startsWith("event:")) {
      this.#name = text.slice("event:".length).trim();
      return this.#begins(this.#name);
    }
    if (!text.startsWith("data:")) return "other";
    const data = text.slice("data:".length).trim();
    this.hasFailed ||= errorIn(data) !== null;
    if (data.startsWith("[DONE]")) return "done";
    if (this.#options.hidesUsage && isUsageAlone(data)) {
      this.#isHiding = true;
      return "hidden";
    }
    const { lastEvents, isGenerated } = this.#options.api;
    const type = lastEvents.size === 0 ? "" : eventType(this.#name, data);
    this.hasGenerated ||= isGenerated(type, data);
    return lastEvents.size === 0 ? "other" : this.#begins(type);
  }

  #begins(type: string): LineKind {
    this.hasFailed ||= type === "error" || type === "response.failed";
    return this.#options.api.lastEvents.has(type) ? "last" : "other";
  }
}

/** The bytes from a stream's last event on. */
class LastEvent {
  isComplete: boolean;
  readonly #parts: Buffer[] = [];
  #bytes = 0;
  /** Where a blank line may have begun. */
  #tail: Buffer = NOTHING;

  constructor(bytes: Buffer, isComplete: boolean) {
    this.isComplete = isComplete;
    this.push(bytes);
  }

  push(bytes: Buffer): void {
    this.#parts.push(bytes);
    this.#bytes += bytes.length;
    if (this.isComplete) return;
    const seen = Buffer.concat([this.#tail, bytes]);
    this.isComplete = seen.includes("\n\n") || seen.includes("\n\r\n") || this.#bytes > MAX_LAST_BYTES;
    this.#tail = seen.subarray(-2);
  }

  take(): Buffer {
    return Buffer.concat(this.#parts.splice(0));
  }
}
