import { test } from "vitest";
import { startPortalSystem } from "/work/hardening/test/support/portal.ts";
test("dbg", async () => {
  const p = await startPortalSystem();
  const page = await (await p.browser.newContext({ baseURL: p.url })).newPage();
  page.on("console", (m) => console.log("CONSOLE", m.type(), m.text().slice(0, 500)));
  page.on("pageerror", (e) => console.log("PAGEERROR", e.message.slice(0, 800)));
  page.on("request", (r) => console.log("REQ", r.method(), r.url()));
  page.on("requestfailed", (r) => console.log("FAILED", r.url(), r.failure()?.errorText));
  page.on("response", (r) => console.log("RESP", r.status(), r.url(), r.headers()["content-type"]));
  await page.goto("/");
  await page.waitForTimeout(2000);
  console.log((await page.evaluate("document.body.outerHTML")).slice(0, 1500), await page.evaluate("navigator.onLine"), await page.evaluate("fetch(\"/v1/session\").then(r=>r.status, e=>String(e))"));
  await p.stop();
}, 120000);
