// The client side of `/__control/…`, which the typed clients of the stand-ins extend.
import { Agent, request } from "undici";

/** Commands may run for minutes: generating millions of rows, or a query over them. */
const ANSWER_WITHIN_MS = 1_800_000;

export class ControlClient {
  readonly origin: string;
  readonly #agent: Agent;

  /** `ca` is the certificate to trust if the stand-in uses TLS. */
  constructor(origin: string, ca?: string) {
    this.origin = origin;
    const connect = ca === undefined ? undefined : { ca };
    this.#agent = new Agent({ headersTimeout: ANSWER_WITHIN_MS, bodyTimeout: ANSWER_WITHIN_MS, connect });
  }

  close(): Promise<void> {
    return this.#agent.close();
  }

  /** Rejects with the stand-in's message if it refuses the command. */
  protected async call<T>(command: string, input: object = {}): Promise<T> {
    const { statusCode, body } = await request(`${this.origin}/__control/${command}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(input),
      dispatcher: this.#agent,
    });
    const answer = (await body.json()) as T & { error?: string };
    if (statusCode !== 200) throw new Error(`stand-in refused ${command}: ${answer.error}`);
    return answer;
  }
}
