// The API's OpenAPI document, made from the routes alone, without a server or a database.
import { createApp } from "../src/api/app.ts";
import type { AppDeps } from "../src/api/deps.ts";
import type { Gateway } from "../src/gateway/gateway.ts";
import { PROVIDER_SPECS } from "../src/providers/specs.ts";
import { registerGateway } from "../src/gateway/routes.ts";

const silent = () => {};

/** The JSON text of GET /openapi.json. The call touches no dependency but the log and the measurements. */
export async function openApiDocument(): Promise<string> {
  const deps: Partial<AppDeps> = {
    store: {} as AppDeps["store"],
    specs: PROVIDER_SPECS,
    registerGateway: (app, proxy) => registerGateway(app, {} as Gateway, proxy),
    logger: { debug: silent, info: silent, warn: silent, error: console.error },
    metrics: { observeRequest: silent, countExposures: silent },
  };
  return (await createApp(deps as AppDeps).request("/openapi.json")).text();
}
