// `npm run portal:types`: the Portal's types from the OpenAPI document; with `--check` says whether they are out of date.
import { readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import openapiTS, { astToString } from "openapi-typescript";
import { openApiDocument } from "./openApiDocument.ts";

const FILE = resolve(import.meta.dirname, "../generated/api.ts");
const HEADER =
  "// Types of the HTTP API, made of its OpenAPI document by `npm run portal:types`. Not edited by hand.\n";

const text = HEADER + astToString(await openapiTS(await openApiDocument()));

if (!process.argv.includes("--check")) {
  writeFileSync(FILE, text);
} else if (readFileSync(FILE, "utf8") !== text) {
  console.error("generated/api.ts is out of date with the API: run `npm run portal:types`.");
  process.exitCode = 1;
}
