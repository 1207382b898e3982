// The main path without a mouse: from signing in to a sync and its records, by Tab, Enter, Space and Escape alone.
import type { Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { expectPage, region, startPortalSystem, expectSynced, type Portal } from "../support/portal/portal.ts";
import { ACCOUNT, HOUR_MS } from "../support/system/system.ts";

const MAX_PRESSES = 60;
const PROJECT = "4711";

let portal: Portal;
beforeAll(async () => {
  portal = await startPortalSystem();
  const { control } = portal.system.mixpanel;
  await control.putProject(PROJECT, { serviceAccounts: [{ ...ACCOUNT, role: "admin" }] });
  const timeMs = Date.now() - 24 * HOUR_MS;
  const propertiesText = `{"distinct_id":"user","$insert_id":"row","amount":1}`;
  await control.loadRows(PROJECT, [{ event: "purchase", timeMs, processingMs: timeMs + 1, propertiesText }]);
});
afterAll(() => portal?.stop());

const hasFocus = async (target: Locator) => (await target.and(target.page().locator(":focus")).count()) === 1;

async function tabTo(page: Page, role: Parameters<Page["getByRole"]>[0], name: string, key = "Tab"): Promise<void> {
  const target = page.getByRole(role, { name });
  await target.waitFor();
  for (let presses = 0; presses < MAX_PRESSES; presses++) {
    if (await hasFocus(target)) return;
    await page.keyboard.press(key);
  }
  throw new Error(`${MAX_PRESSES} times ${key} did not lead to the ${role} ${name}.`);
}

async function follow(page: Page, name: string, title: string): Promise<void> {
  await tabTo(page, "link", name);
  await page.keyboard.press("Enter");
  await expectPage(page, title);
}

async function type(page: Page, label: string, text: string): Promise<void> {
  await tabTo(page, "textbox", label);
  await page.keyboard.type(text);
}

describe("without a mouse", () => {
  it("somebody signs in, enables Mixpanel, imports an event, syncs, pauses and thinks twice about deleting", async () => {
    const page = await portal.open();
    await type(page, "API key", portal.system.apiKey);
    await page.keyboard.press("Enter");
    await expectPage(page, "Routers");
    await follow(page, "Set Up Metrics", "Data Integrations");
    // A new page is read from its top.
    expect(await hasFocus(page.getByRole("main"))).toBe(true);
    await follow(page, "Add Integration", "Add Integration");
    await follow(page, "Select Mixpanel", "Add Mixpanel");
    await type(page, "Project ID", PROJECT);
    await type(page, "Service Account Username", ACCOUNT.username);
    await type(page, "Service Account Secret", ACCOUNT.secret);
    await page.keyboard.press("Enter");
    await expectPage(page, `Mixpanel Project ${PROJECT}`);

    await tabTo(page, "switch", "Import from Mixpanel");
    await page.keyboard.press("Space");
    await tabTo(page, "button", "Add Event");
    await page.keyboard.press("Enter");
    await page.getByRole("dialog", { name: "Add Event" }).waitFor();
    await type(page, "Event ID", "purchase");
    await page.keyboard.press("Enter");
    await page.getByRole("dialog").waitFor({ state: "hidden" });
    await expect.poll(() => hasFocus(page.getByRole("button", { name: "Add Event" }))).toBe(true);
    await tabTo(page, "button", "Sync now", "Shift+Tab");
    await page.keyboard.press("Enter");
    await expectSynced(page, "succeeded");

    await tabTo(page, "button", "Pause");
    await page.keyboard.press("Space");
    await region(page, "Sync status").getByText("Paused: no run starts until you resume.").waitFor();
    await tabTo(page, "button", "Delete integration");
    await page.keyboard.press("Enter");
    await page.getByRole("dialog", { name: "Delete this integration?" }).waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "hidden" });
    await tabTo(page, "link", "purchase: properties and records", "Shift+Tab");
    await page.keyboard.press("Enter");
    await expectPage(page, "purchase");
    await page.getByRole("table", { name: "Records" }).waitFor();
  });
});
