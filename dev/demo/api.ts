// The calls of Crosscurrent's HTTP API that the demo makes.
import { request } from "undici";

export interface IntegrationAnswer {
  export: { sent: number; pending: number; rejected: number };
}

export interface PropertyAnswer {
  name: string;
  count: number;
  numeric: boolean;
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

  /** The number of imported records of each event. */
  async imported(id: string): Promise<Map<string, number>> {
    const { events } = await this.call<{ events: { eventId?: string; eventName?: string; imported: number }[] }>(
      "GET",
      `/v1/integrations/${id}/events`,
    );
    return new Map(events.map(({ eventId, eventName, imported }) => [eventId ?? eventName ?? "", imported]));
  }

  async properties(id: string, event: string): Promise<PropertyAnswer[]> {
    const path = `/v1/integrations/${id}/events/${event}/properties`;
    return (await this.call<{ properties: PropertyAnswer[] }>("GET", path)).properties;
  }
}
