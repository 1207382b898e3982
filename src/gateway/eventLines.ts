// Follows an event stream line by line while its bytes pass, and keeps back the event with which it ends.
import type { OpenAiApi } from "./openAiApis.ts";

/** Lines that matter show what they are within these bytes. */
const HEAD_BYTES = 64;
const NEWLINE = 0x0a;
const RETURN = 0x0d;
const FAILURE =
  /^(?:event: ?(?:error|response\.failed)|data: ?\{\s*"(?:error"\s*:\s*[{"]|type"\s*:\s*"(?:error|response\.failed)"))/;
/** More than this of a last event is not kept back. */
const MAX_LAST_BYTES = 1024 * 1024;

export class EventLines {
  readonly #api: Pick<OpenAiApi, "lastEvent" | "hasLastContent">;
  /** A line that has only begun, or the last event. */
  #held: Buffer = Buffer.alloc(0);
  #isWithinLine = false;
  #isLast = false;
  /** Whether the stream said that it has failed. */
  hasFailed = false;
  /** Whether a comment may stand here: nothing has come, or an event has ended. */
  isBetweenEvents = true;

  constructor(api: Pick<OpenAiApi, "lastEvent" | "hasLastContent">) {
    this.#api = api;
  }

  /** The bytes that may pass. `isComplete`: the last event has come. It is kept back. */
  push(chunk: Buffer): { passed: Buffer; isComplete: boolean } {
    const bytes = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    const passedTo = this.#isLast ? 0 : this.#scan(bytes);
    this.#held = bytes.subarray(passedTo);
    return { passed: bytes.subarray(0, passedTo), isComplete: this.#isLast && this.#hasLastEvent() };
  }

  /** What was kept back. */
  rest(): Buffer {
    const held = this.#held;
    this.#held = Buffer.alloc(0);
    return held;
  }

  /** Returns how many bytes may pass: all before a line that is not told yet, or before the last event. */
  #scan(bytes: Buffer): number {
    let at = 0;
    if (this.#isWithinLine) {
      const end = bytes.indexOf(NEWLINE);
      if (end === -1) return bytes.length;
      this.#isWithinLine = false;
      at = end + 1;
    }
    while (at < bytes.length) {
      const end = bytes.indexOf(NEWLINE, at);
      const lineEnd = end === -1 ? bytes.length : end;
      const head = bytes.toString("latin1", at, Math.min(lineEnd, at + HEAD_BYTES));
      if (this.#api.lastEvent.test(head)) {
        this.#isLast = true;
        this.hasFailed ||= FAILURE.test(head);
        return at;
      }
      if (end === -1 && head.length < HEAD_BYTES) return at;
      this.hasFailed ||= FAILURE.test(head);
      const isBlank = lineEnd === at || (lineEnd === at + 1 && bytes[at] === RETURN);
      this.isBetweenEvents = end !== -1 && isBlank;
      if (end === -1) {
        this.#isWithinLine = true;
        return bytes.length;
      }
      at = end + 1;
    }
    return at;
  }

  #hasLastEvent(): boolean {
    if (!this.#api.hasLastContent || this.#held.length > MAX_LAST_BYTES) return true;
    return this.#held.includes("\n\n") || this.#held.includes("\r\n\r\n");
  }
}
