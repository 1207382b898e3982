// Calls the emulator, one request at a time, because all requests share its one database connection.
import { Agent, request } from "undici";
import type { Json } from "./google.ts";

export interface EngineAnswer {
  status: number;
  body: Json;
}

const ANSWER_WITHIN_MS = 1_800_000;

export class Engine {
  readonly grpcAddress: string;
  readonly #restUrl: string;
  readonly #agent = new Agent({ headersTimeout: ANSWER_WITHIN_MS, bodyTimeout: ANSWER_WITHIN_MS });
  #last: Promise<unknown> = Promise.resolve();

  constructor(restUrl: string, grpcAddress: string) {
    this.#restUrl = restUrl;
    this.grpcAddress = grpcAddress;
  }

  /** Runs after all earlier calls have ended. */
  exclusive<T>(run: () => Promise<T>): Promise<T> {
    const result = this.#last.then(run, run);
    this.#last = result.catch(() => undefined);
    return result;
  }

  /** `path` follows `/bigquery/v2/projects/`. */
  call(method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE", path: string, body?: Json): Promise<EngineAnswer> {
    return this.exclusive(async () => {
      const answer = await request(`${this.#restUrl}/bigquery/v2/projects/${path}`, {
        method,
        dispatcher: this.#agent,
        ...(body === undefined ? {} : { headers: { "content-type": "application/json" }, body: JSON.stringify(body) }),
      });
      const text = await answer.body.text();
      return { status: answer.statusCode, body: text === "" ? {} : (JSON.parse(text) as Json) };
    });
  }

  close(): Promise<void> {
    return this.#agent.destroy();
  }
}
