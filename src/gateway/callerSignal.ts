// Tells when the caller leaves before the end of the response.
import { EventEmitter } from "node:events";
import type { ServerResponse } from "node:http";

/** Emits `abort` when the caller no longer waits for the response. Far cheaper than an AbortSignal. */
export class CallerSignal extends EventEmitter {
  aborted: boolean;

  constructor(outgoing: ServerResponse) {
    super();
    // It may have left while the router was looked up.
    this.aborted = outgoing.destroyed;
    outgoing.once("close", () => {
      if (outgoing.writableFinished) return;
      this.aborted = true;
      this.emit("abort");
    });
  }
}
