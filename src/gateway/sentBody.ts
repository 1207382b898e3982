// The body of a call on its way, which knows whether its connection had served before, and when its last byte went out.
import { channel } from "node:diagnostics_channel";
import type { Socket } from "node:net";
import { Readable } from "node:stream";

/** How long after its last byte a call can learn that its kept connection was closed already. */
const CLOSED_WITHIN_MS = 1_000;

const bodies = new WeakMap<object, SentBody>();
/** Connections that calls were sent on. */
const used = new WeakSet<Socket>();

export class SentBody {
  readonly stream: Readable;
  readonly bytes: number;
  #state: "waiting" | "on_new" | "on_kept" = "waiting";
  #sentMs: number | null = null;

  constructor(parts: readonly Buffer[]) {
    this.bytes = parts.reduce((bytes, part) => bytes + part.length, 0);
    this.stream = Readable.from(given([...parts]), { objectMode: false });
    this.stream.once("end", () => {
      this.#sentMs = performance.now();
    });
    bodies.set(this.stream, this);
  }

  begin(socket: Socket): void {
    this.#state = used.has(socket) ? "on_kept" : "on_new";
    used.add(socket);
  }

  /** Whether a connection that broke now was closed before the upstream can have taken the call. */
  get isUntaken(): boolean {
    if (this.#state !== "on_kept") return this.#state === "waiting";
    return this.#sentMs === null || performance.now() - this.#sentMs < CLOSED_WITHIN_MS;
  }
}

/** Lets go of what was sent. Given a buffer, undici keeps it until the end of the response. */
function* given(parts: Buffer[]): Generator<Buffer> {
  for (let part = parts.shift(); part !== undefined; part = parts.shift()) yield part;
}

/** Undici tells it right before the first byte of a request. Requests of others have other bodies. */
channel("undici:client:sendHeaders").subscribe((message) => {
  // Sound: docs/api/DiagnosticsChannel.md of undici.
  const { request, socket } = message as { request: { body: object | null }; socket: Socket };
  if (request.body !== null) bodies.get(request.body)?.begin(socket);
});
