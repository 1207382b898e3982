/** The few calls of Crosscurrent's HTTP API that the demo makes. */
import { request } from "undici";

export interface IntegrationAnswer {
  id: string;
  status: string;
  lastRun: { outcome: string | null } | null;
  export: { sent: number; pending: number; rejected: number; late: number };
}

export interface EventAnswer {
  name?: string;
  imported: number;
  rejected: number;
}

export class Api {
  readonly #origin: string;
  readonly #key: string;

  constructor(origin: string, key: string) {
    this.#origin = origin;
    this.#key = key;
  }

  async call<T>(method: "GET" | "POST" | "PATCH", path: string, body?: unknown): Promise<T> {
    const answer = await request(this.#origin + path, {
      method,
      headers: { authorization: `Basic ${this.#key}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.body.text();
    if (answer.statusCode >= 300) throw new Error(`${method} ${path} answered ${answer.statusCode}: ${text}`);
    return (text === "" ? undefined : JSON.parse(text)) as T;
  }

  integration(id: string): Promise<IntegrationAnswer> {
    return this.call("GET", `/v1/integrations/${id}`);
  }

  async imported(id: string): Promise<number> {
    const { events } = await this.call<{ events: EventAnswer[] }>("GET", `/v1/integrations/${id}/events`);
    return events.reduce((sum, event) => sum + event.imported, 0);
  }
}
