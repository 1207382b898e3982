// `npm run portal:types`: the Portal's types out of the API's own OpenAPI document; with `--check` says whether they
// are out of date.
import { readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import openapiTS, { astToString } from "openapi-typescript";
import { createApp } from "../src/api/app.ts";
import type { AppDeps } from "../src/api/deps.ts";
import type { Gateway } from "../src/gateway/gateway.ts";
import { registerChat } from "../src/gateway/routes.ts";
import type { ProxySettings } from "../src/http/clientOrigin.ts";
import type { App } from "../src/http/env.ts";

const FILE = resolve(import.meta.dirname, "../src/portal/api.generated.ts");
const HEADER =
  "// Types of the HTTP API, made of its OpenAPI document by `npm run portal:types`. Not edited by hand.\n";

/** The document comes from the routes alone: all that the call touches is the log and the measurements. */
const silent = () => {};
const deps = {
  store: {},
  registerGateway: (app: App, proxy: ProxySettings) => registerChat(app, {} as Gateway, proxy),
  logger: { debug: silent, info: silent, warn: silent, error: console.error },
  metrics: { observeRequest: silent, countExposures: silent },
} as unknown as AppDeps;
const document = await (await createApp(deps).request("/openapi.json")).text();
const text = HEADER + astToString(await openapiTS(document));

if (!process.argv.includes("--check")) {
  writeFileSync(FILE, text);
} else if (readFileSync(FILE, "utf8") !== text) {
  console.error("src/portal/api.generated.ts is out of date with the API: run `npm run portal:types`.");
  process.exitCode = 1;
}
