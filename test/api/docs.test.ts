// /docs in a browser: Swagger UI shows the OpenAPI document under the content security policy.
import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startBrowser } from "../../dev/services/chromium.ts";
import { createHttpServer } from "../../src/server.ts";
import { createHarness, type Harness } from "../support/api/harness.ts";

let api: Harness;
let server: Server;
let browser: Browser;
beforeAll(async () => {
  [api, browser] = await Promise.all([createHarness(), startBrowser()]);
  server = createHttpServer((request, node) => api.app.fetch(request, node));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
});
afterAll(async () => {
  await browser.close();
  server.closeAllConnections();
  server.close();
  await api.close();
});

test("shows every operation, without a key and without anything that the policy forbids", async () => {
  const page = await browser.newPage();
  const problems: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error") problems.push(message.text());
  });
  page.on("pageerror", (error) => problems.push(error.message));
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/docs`);
  await page.getByText("/v1/chat/completions").waitFor();
  const { paths } = (await api.callAs(null)("/openapi.json")).body as { paths: Record<string, object> };
  const operations = Object.values(paths).flatMap((methods) => Object.keys(methods));
  expect(await page.locator(".opblock").count()).toBe(operations.length);
  await page.getByText("/v1/exposures", { exact: true }).click();
  await page.getByText("Records which users were served by which variants").waitFor();
  expect(problems).toEqual([]);
});
