// Sends requests to Mixpanel's three services with the credentials of a connection.
import type { MixpanelRegion } from "./spec.ts";
import type { HttpResponse } from "../http.ts";
import { type MixpanelCall, settingsOf } from "./options.ts";

export const SERVICE_NAMES = {
  ingestion: "Mixpanel's ingestion API",
  data: "Mixpanel's export API",
  api: "Mixpanel's application API",
};
type Service = keyof typeof SERVICE_NAMES;

const ORIGINS: Record<MixpanelRegion, Record<Service, string>> = {
  us: { ingestion: "https://api.mixpanel.com", data: "https://data.mixpanel.com", api: "https://mixpanel.com" },
  eu: {
    ingestion: "https://api-eu.mixpanel.com",
    data: "https://data-eu.mixpanel.com",
    api: "https://eu.mixpanel.com",
  },
  in: {
    ingestion: "https://api-in.mixpanel.com",
    data: "https://data-in.mixpanel.com",
    api: "https://in.mixpanel.com",
  },
};

export interface MixpanelRequest {
  service: Service;
  method: "GET" | "POST";
  path: string;
  query: Record<string, string>;
  headers?: Record<string, string>;
  body?: Buffer | string;
  timeoutMs: number;
  /** By default `timeoutMs`. */
  bodyIdleTimeoutMs?: number;
}

export function sendRequest(call: MixpanelCall, request: MixpanelRequest): Promise<HttpResponse> {
  const { context, connection, signal } = call;
  const { service, method, path, query, headers, body, timeoutMs, bodyIdleTimeoutMs = timeoutMs } = request;
  const { ingestionUrl, dataUrl, apiUrl } = context.options;
  const overrides = { ingestion: ingestionUrl, data: dataUrl, api: apiUrl };
  const { region, serviceAccountUsername } = settingsOf(connection);
  const url = new URL(path, overrides[service] ?? ORIGINS[region][service]);
  url.search = new URLSearchParams(query).toString();
  const credentials = Buffer.from(`${serviceAccountUsername}:${connection.secret}`).toString("base64");
  return context.http.send(SERVICE_NAMES[service], {
    method,
    url,
    headers: { accept: "application/json", ...headers, authorization: `Basic ${credentials}` },
    ...(body === undefined ? {} : { body }),
    signal,
    headersTimeoutMs: timeoutMs,
    bodyIdleTimeoutMs,
  });
}
