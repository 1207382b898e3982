// The API's OpenAPI document, made from the routes alone, without a server or a database.
import { createApp } from "../src/api/app.ts";
import type { AppDeps } from "../src/api/deps.ts";

const silent = () => {};

/** The JSON text of GET /openapi.json. The call touches no dependency but the log and the measurements. */
export async function openApiDocument(): Promise<string> {
  const deps = {
    store: {},
    logger: { debug: silent, info: silent, warn: silent, error: console.error },
    metrics: { observeRequest: silent, countExposures: silent },
  } as unknown as AppDeps;
  return (await createApp(deps).request("/openapi.json")).text();
}
