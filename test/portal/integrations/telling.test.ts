// What people see of an integration that is not well: before it is added, in its badge, in its warnings, when it is deleted.
import { randomInt } from "node:crypto";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  addIntegration,
  expectPage,
  fill,
  region,
  startPortalSystem,
  syncNow,
  type Portal,
} from "../../support/portal/portal.ts";
import { expectAccessible } from "../../support/portal/pageChecks.ts";
import { connectMixpanel } from "../../support/system/mixpanelSync.ts";
import { ACCOUNT, HOUR_MS } from "../../support/system/system.ts";

let portal: Portal;
beforeAll(async () => {
  portal = await startPortalSystem();
});
afterAll(() => portal?.stop());

const badge = (page: Page, text: string) => region(page, "Sync status").getByText(text, { exact: true });

async function startAdding(page: Page, projectId: string): Promise<void> {
  await addIntegration(page, "Mixpanel");
  await fill(page, {
    "Project ID": projectId,
    "Service Account Username": ACCOUNT.username,
    "Service Account Secret": ACCOUNT.secret,
  });
  await page.getByRole("button", { name: "Enable", exact: true }).click();
}

describe("adding an integration", () => {
  it("saves nothing while the test fails, unless users insist; the project can still be changed", async () => {
    const { control } = portal.system.mixpanel;
    const projectId = String(randomInt(1_000_000, 1_000_000_000));
    await control.putProject(projectId, { serviceAccounts: [{ ...ACCOUNT, role: "admin" }] });
    const page = await portal.signedIn();
    await startAdding(page, "99");
    await page.getByText("Access to the project: failed").waitFor();
    await page.getByText("so nothing was added").waitFor();
    await expectAccessible(page, "a failed test of a new integration");
    const count = async () =>
      (await portal.system.call<{ integrations: object[] }>("GET", "/v1/integrations")).integrations.length;
    const before = await count();
    await page.getByRole("button", { name: "Enable anyway" }).click();
    await expectPage(page, "Mixpanel Project 99");
    expect(await count()).toBe(before + 1);
    await page.getByText("A step failed.").waitFor();
    await badge(page, "test failed").waitFor();
    await page.getByText("The last connection test failed at “Access to the project”.").waitFor();
    await page.getByRole("button", { name: "Change connection" }).click();
    await page.getByRole("dialog").getByLabel("Project ID").fill(projectId);
    await expectAccessible(page, "Change connection");
    await page.getByRole("button", { name: "Save" }).click();
    await expectPage(page, `Mixpanel Project ${projectId}`);
    await page.getByRole("button", { name: "Test connection" }).click();
    await page.getByText("Enabled: every step succeeded.").waitFor();
    await badge(page, "off").waitFor();
    await page.reload();
    await region(page, "Connection").getByText("Last tested:").waitFor();
  });
});

describe("the badge and the warnings", () => {
  it("are green only with evidence", async () => {
    const mixpanel = await connectMixpanel(portal.system);
    const { control, projectId, id } = mixpanel;
    const timeMs = Date.now() - 5 * HOUR_MS;
    await control.loadRows(projectId, [
      { event: "purchase", timeMs, processingMs: timeMs, propertiesText: `{"distinct_id":"u","$insert_id":"i"}` },
    ]);
    const page = await portal.signedIn();
    await page.goto(`/integrations/${id}`);
    await badge(page, "off").waitFor();
    await page.getByText("The connection was never tested with these settings. Test it.").waitFor();
    await page.getByRole("switch", { name: "Import from Mixpanel" }).click();
    await syncNow(page, "nothing to do");
    await page.getByText("The import is on, but there is no event to import. Add an event.").waitFor();
    await badge(page, "untested").waitFor();
    await page.getByRole("button", { name: "Test connection" }).click();
    await badge(page, "has warnings").waitFor();
    await page.getByRole("button", { name: "Add Event" }).click();
    await fill(page, { "Event ID": "plan.upgrade" });
    await page.getByText("Mixpanel cannot rename events that it has").waitFor();
    await fill(page, { "Event ID": "Purchase" });
    await page.getByRole("button", { name: "Add", exact: true }).click();
    const row = page.getByRole("table", { name: "Events to import" }).getByRole("row", { name: /Purchase/ });
    await row.getByText("has warnings").waitFor();
    await page.getByText("Purchase: No event of this name was seen in the project lately.").waitFor();
    await expectAccessible(page, "warnings", { dark: true });
    await page.getByRole("link", { name: "Purchase: properties and records" }).click();
    await page.getByText("The nearest names there are “purchase”.").waitFor();
    await expectAccessible(page, "an event with a warning");
    await page.goto("/integrations");
    const listed = page.getByRole("row", { name: new RegExp(`Project ${projectId}`) });
    await listed.getByText("has warnings").waitFor();
    await page.goto(`/integrations/${id}`);
    await page.getByRole("button", { name: "Delete the event Purchase" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Delete", exact: true }).click();
    await page.getByRole("dialog").waitFor({ state: "hidden" });
    await mixpanel.addEvent("purchase");
    await syncNow(page, "succeeded");
    await badge(page, "idle").waitFor();
    expect(await page.getByRole("list", { name: "Warnings" }).count()).toBe(0);
  });

  it("are red when no worker is there", async () => {
    const mixpanel = await connectMixpanel(portal.system);
    await mixpanel.enable({ export: true });
    await mixpanel.sync();
    await portal.system.stopWorker();
    const clock = (offset: string) =>
      portal.system.sql.query(`create or replace function crosscurrent_now() returns timestamptz language sql volatile
        as $$select clock_timestamp() + interval '${offset}'$$`);
    try {
      await clock("10 hours");
      const page = await portal.signedIn();
      await page.goto(`/integrations/${mixpanel.id}`);
      await badge(page, "overdue").waitFor();
      await page.getByText(/^The sync is overdue since/).waitFor();
      await expectAccessible(page, "an overdue integration");
      expect(await page.getByText("Nothing works on the sync: see the warnings.").count()).toBe(1);
    } finally {
      await clock("0 hours");
      await portal.system.startWorker();
    }
  });
});

describe("deleting an integration", () => {
  it("lists the metrics that use it, and takes them along when told", async () => {
    const { id } = await connectMixpanel(portal.system);
    await portal.system.call("POST", `/v1/integrations/${id}/events`, { eventId: "purchase" });
    const measure = { event: "purchase", aggregation: "count" };
    await portal.system.call("POST", "/v1/metrics", { integrationId: id, name: "Purchases", measure });
    const page = await portal.signedIn();
    await page.goto(`/integrations/${id}`);
    await page.getByRole("button", { name: "Delete integration" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("button", { name: "Delete", exact: true }).click();
    await dialog.getByRole("list", { name: "Metrics that use it" }).getByRole("link", { name: "Purchases" }).waitFor();
    await expectAccessible(page, "a refused deletion");
    await dialog.getByRole("button", { name: "Delete with these metrics" }).click();
    await expectPage(page, "Data Integrations");
    expect((await portal.system.call<{ metrics: object[] }>("GET", "/v1/metrics")).metrics).toEqual([]);
  });
});
