// Streams an upstream's answer to the caller as it arrives. The response ends only once its call is recorded.
import type { ServerResponse } from "node:http";
import type { Answer } from "./answer.ts";
import { EventLines } from "./eventLines.ts";
import type { KeepAlive } from "./keepAlive.ts";
import type { OpenAiApi } from "./openAiApis.ts";

export interface StreamOptions {
  api: OpenAiApi;
  /** See EventLinesOptions. */
  hidesUsage: boolean;
  keepAlive: KeepAlive | null;
  /** Whether the caller has a part of the response already: the headers, and comments. */
  isBegun: boolean;
  /** Each piece as it comes, before it goes on. */
  onPiece: (piece: Buffer) => void;
  /** Something generated goes out for the first time: of a response that is no event stream, its first bytes. */
  onFirst: () => void;
  /** Once, with what became of the answer. A clean end waits for the promise. */
  finish: (ending: AnswerEnding) => Promise<void>;
}

/**
 * `failed`: the answer says so itself; `broken`: the upstream broke it off; `left`: the caller left before it had
 * anything of the answer; `left_within`: behind a part of it.
 */
export type AnswerEnding = "complete" | "failed" | "broken" | "left" | "left_within";

/**
 * Resolves when the caller has the whole response or has left. If the call cannot be recorded or the upstream breaks
 * off, the connection is cut, which HTTP clients report as an error; an event stream that has begun says so too. Until
 * the call is recorded, an event stream holds back its last event, any other response its last piece.
 */
export function streamResponse(answer: Answer, outgoing: ServerResponse, options: StreamOptions): Promise<void> {
  return new Promise((resolve) => {
    const relay = new Relay(answer, outgoing, options);
    // Its `close` has come already.
    if (outgoing.destroyed) {
      relay.leave();
      resolve();
      return;
    }
    outgoing.on("close", () => {
      relay.leave();
      resolve();
    });
    relay.start();
  });
}

class Relay {
  readonly #answer: Answer;
  readonly #outgoing: ServerResponse;
  readonly #options: StreamOptions;
  readonly #lines: EventLines | null;
  /** Of a response that is no event stream: its last piece so far. */
  #held: Buffer | null = null;
  /** What comes behind the end of the answer, until that is recorded. */
  #behind: Buffer[] = [];
  #state: "open" | "recording" | "recorded" | "over" = "open";
  #hasSent = false;
  #hasToldFirst = false;
  #hasEnded = false;

  constructor(answer: Answer, outgoing: ServerResponse, options: StreamOptions) {
    this.#answer = answer;
    this.#outgoing = outgoing;
    this.#options = options;
    this.#lines = answer.isEventStream ? new EventLines(options) : null;
  }

  start(): void {
    const { start, rest } = this.#answer;
    if (start.length > 0) this.#take(start);
    // It may have ended when there was no listener: together with its first bytes.
    if (rest === null || rest.readableEnded) {
      this.#end();
      return;
    }
    rest.on("data", (piece: Buffer) => this.#take(piece));
    rest.on("end", () => this.#end());
    rest.on("error", () => this.#fail());
    rest.on("close", () => {
      if (!this.#hasEnded) this.#fail();
    });
    this.#outgoing.on("drain", () => this.#resume());
    if (rest.destroyed) this.#fail();
    else this.#resume();
  }

  /** After a clean end there is nothing to do. */
  leave(): void {
    this.#options.keepAlive?.stop();
    this.#answer.rest?.destroy();
    if (this.#state === "open") {
      // Clients leave a stream at an error.
      const ending = this.#lines?.hasFailed === true ? "failed" : this.#hasSent ? "left_within" : "left";
      void this.#options.finish(ending).catch(() => undefined);
    }
    this.#state = "over";
  }

  #take(piece: Buffer): void {
    if (this.#state === "over") return;
    this.#options.onPiece(piece);
    if (this.#state === "recorded") {
      this.#send(piece);
      return;
    }
    if (this.#state === "recording") {
      this.#behind.push(piece);
      this.#answer.rest?.pause();
      return;
    }
    if (this.#lines === null) {
      const before = this.#held;
      this.#held = piece;
      if (before !== null) this.#send(before);
      return;
    }
    const { passed, isComplete } = this.#lines.push(piece);
    this.#send(passed);
    if (isComplete) this.#record();
  }

  #end(): void {
    this.#hasEnded = true;
    if (this.#state === "recorded") this.#outgoing.end();
    if (this.#state !== "open") return;
    this.#lines?.end();
    this.#record();
  }

  #fail(): void {
    if (this.#state === "over" || this.#hasEnded) return;
    if (this.#state !== "open") {
      // Nothing is missed behind the last event.
      this.#end();
      return;
    }
    void this.#options.finish("broken").catch(() => undefined);
    this.#cut("The upstream's answer broke off.", "upstream_broken");
  }

  /** Where the connection would close anyway, as while a server drains, the fetch of Node 20 takes a cut for an end. */
  #cut(message: string, code: string): void {
    this.#state = "over";
    this.#options.keepAlive?.stop();
    const outgoing = this.#outgoing;
    if (outgoing.destroyed) return;
    if (this.#lines === null || !(this.#hasSent || this.#options.isBegun) || outgoing.writableNeedDrain) {
      outgoing.destroy();
      return;
    }
    const event = this.#options.api.errorEvent({ message, type: "api_error", param: null, code });
    outgoing.write(this.#lines.isBetweenEvents ? event : `\n\n${event}`, () => outgoing.destroy());
  }

  #record(): void {
    this.#state = "recording";
    this.#answer.rest?.pause();
    // What is kept back goes out as soon as it is recorded, and the record says when.
    this.#tellFirst();
    this.#options.finish(this.#lines?.hasFailed === true ? "failed" : "complete").then(
      () => this.#release(),
      () => this.#cut("The call could not be recorded.", "not_recorded"),
    );
  }

  #release(): void {
    if (this.#state !== "recording") return;
    this.#state = "recorded";
    this.#options.keepAlive?.stop();
    const kept = this.#lines === null ? this.#held : this.#lines.rest();
    this.#held = null;
    const behind = this.#behind;
    this.#behind = [];
    for (const bytes of [kept, ...behind]) if (bytes !== null) this.#send(bytes);
    if (this.#hasEnded) this.#outgoing.end();
    else this.#resume();
  }

  #send(bytes: Buffer): void {
    if (bytes.length === 0) return;
    if (this.#lines === null || this.#lines.hasGenerated) this.#tellFirst();
    this.#hasSent = true;
    this.#options.keepAlive?.sent(this.#lines?.isBetweenEvents ?? false);
    if (!this.#outgoing.write(bytes)) this.#answer.rest?.pause();
  }

  #tellFirst(): void {
    if (!this.#hasToldFirst) this.#options.onFirst();
    this.#hasToldFirst = true;
  }

  #resume(): void {
    if (this.#state === "recording" || this.#outgoing.writableNeedDrain) return;
    this.#answer.rest?.resume();
  }
}
