// Bare HTTP against a stand-in: what a client sends, and what comes back, byte for byte.
import { gzipSync } from "node:zlib";
import { Agent, request } from "undici";
import type { MixpanelStandIn } from "../../../dev/standins/mixpanel/server.ts";

export const PROJECT = "1001";
export const ACCOUNT = basic(`sync.${PROJECT}.mp-service-account:sa-secret-${PROJECT}`);
export const DAY_MS = 86_400_000;
/** Noon of a day long enough ago for every test. */
export const NOON_MS = Date.parse("2026-03-10T12:00:00Z");

export interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
  json: Record<string, unknown>;
}

export function basic(credentials: string): string {
  return `Basic ${Buffer.from(credentials).toString("base64")}`;
}

export function event(
  i: number,
  properties: Record<string, unknown> = {},
): { event: string; properties: Record<string, unknown> } {
  return {
    event: "purchase",
    properties: { time: NOON_MS + i, distinct_id: `user-${i}`, $insert_id: `id-${i}`, ...properties },
  };
}

interface Call {
  method?: "GET" | "POST";
  headers?: Record<string, string>;
  body?: string | Buffer;
}

/** Not kept alive, so that a reset strikes the call that it is meant for. */
export async function call(standIn: MixpanelStandIn, path: string, options: Call = {}): Promise<Answer> {
  const agent = new Agent({ pipelining: 0 });
  try {
    const { statusCode, headers, body } = await request(`${standIn.origin}${path}`, {
      method: options.method ?? (options.body === undefined ? "GET" : "POST"),
      headers: { authorization: ACCOUNT, ...options.headers },
      ...(options.body === undefined ? {} : { body: options.body }),
      dispatcher: agent,
    });
    const text = await body.text();
    return { status: statusCode, headers, text, json: parsed(text) };
  } finally {
    await agent.destroy();
  }
}

function parsed(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {};
  }
}

export function importBatch(
  standIn: MixpanelStandIn,
  events: unknown,
  options: Call & { query?: string } = {},
): Promise<Answer> {
  return call(standIn, `/import?${options.query ?? `strict=1&project_id=${PROJECT}`}`, {
    method: "POST",
    headers: { "content-type": "application/json", "content-encoding": "gzip", ...options.headers },
    body: gzipSync(JSON.stringify(events)),
  });
}

export function exportRaw(
  standIn: MixpanelStandIn,
  params: Record<string, string> = {},
  headers: Record<string, string> = {},
): Promise<Answer> {
  const day = new Date(NOON_MS).toISOString().slice(0, 10);
  const query = new URLSearchParams({ project_id: PROJECT, from_date: day, to_date: day, ...params });
  return call(standIn, `/api/2.0/export?${query.toString()}`, { headers });
}

export function linesOf(answer: Answer): { event: string; properties: Record<string, unknown> }[] {
  return answer.text
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as never);
}

/** Stored events of this name at these times, numbered `n` in their order, each processed when it happened. */
export function loadEvents({ control }: MixpanelStandIn, timesMs: number[], name = "purchase"): Promise<unknown> {
  return control.loadRows(
    PROJECT,
    timesMs.map((timeMs, i) => ({
      event: name,
      timeMs,
      processingMs: timeMs,
      properties: { distinct_id: `user-${i}`, $insert_id: `id-${i}`, n: i },
    })),
  );
}
