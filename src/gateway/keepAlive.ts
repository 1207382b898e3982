// Keeps a silent stream alive with comments, where a load balancer would cut it off.
import type { ServerResponse } from "node:http";

const COMMENT = ": keep-alive\n\n";

export interface KeepAlive {
  /** Bytes have gone out. `isBetweenEvents`: a comment may follow them. */
  sent(isBetweenEvents: boolean): void;
  stop(): void;
}

/** Writes a comment after each silence of `everyMs`. `begin` sends the headers if the first one comes before them. */
export function keepAlive(outgoing: ServerResponse, everyMs: number, begin: () => void): KeepAlive {
  let mayComment = true;
  const timer = setInterval(() => {
    if (!mayComment || outgoing.destroyed || outgoing.writableNeedDrain) return;
    if (!outgoing.headersSent) begin();
    outgoing.write(COMMENT);
  }, everyMs);
  timer.unref();
  return {
    sent(isBetweenEvents) {
      mayComment = isBetweenEvents;
      timer.refresh();
    },
    stop: () => clearInterval(timer),
  };
}
