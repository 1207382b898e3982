// The Mixpanel product page, walked in a browser from signing in to exported and imported data.
import { randomInt } from "node:crypto";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { expose, EXPOSURE_EVENT } from "../../support/system/mixpanelSync.ts";
import {
  addIntegration,
  expectRows,
  fill,
  expectPage,
  region,
  startPortalSystem,
  syncNow,
  type Portal,
} from "../../support/portal/portal.ts";
import { expectAccessible, takePicture } from "../../support/portal/pageChecks.ts";
import { ACCOUNT, HOUR_MS } from "../../support/system/system.ts";

const ROWS = 45;
const BIG = "12345678901234567890.123456789";

let portal: Portal;
beforeAll(async () => {
  portal = await startPortalSystem();
});
afterAll(() => portal?.stop());

/** A project at the stand-in with an account, and purchases in it. */
async function project(secret = ACCOUNT.secret): Promise<string> {
  const { control } = portal.system.mixpanel;
  const projectId = String(randomInt(1_000_000, 1_000_000_000));
  await control.putProject(projectId, { serviceAccounts: [{ ...ACCOUNT, secret, role: "admin" }] });
  const startMs = Date.now() - 10 * 24 * HOUR_MS;
  await control.loadRows(
    projectId,
    Array.from({ length: ROWS }, (_, i) => ({
      event: "purchase",
      timeMs: startMs + i * HOUR_MS,
      processingMs: startMs + i * HOUR_MS + 1,
      propertiesText: `{"distinct_id":"user-${i % 7}","$insert_id":"row-${i}","amount":${i},"precise":${BIG},"city":"Łódź"}`,
    })),
  );
  return projectId;
}

async function enable(page: Page, projectId: string, secret = ACCOUNT.secret): Promise<void> {
  await addIntegration(page, "Mixpanel");
  await fill(page, {
    "Project ID": projectId,
    "Service Account Username": ACCOUNT.username,
    "Service Account Secret": secret,
  });
  await takePicture(page, "mixpanel-add", 660);
  await page.getByRole("button", { name: "Enable" }).click();
}

async function add(page: Page, projectId: string): Promise<void> {
  await enable(page, projectId);
  await expectPage(page, `Mixpanel Project ${projectId}`);
}

async function changeSecret(page: Page, secret: string): Promise<void> {
  await page.getByRole("button", { name: "Change connection" }).click();
  await page.getByRole("dialog").getByLabel("Service Account Secret").first().fill(secret);
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByRole("dialog").waitFor({ state: "hidden" });
}

describe("the Mixpanel product page", () => {
  it("is walked from signing in to exported and imported data", async () => {
    const projectId = await project();
    const hour = Math.floor(Date.now() / HOUR_MS) * HOUR_MS - 5 * HOUR_MS;
    const users = Array.from({ length: 12 }, (_, i) => `user-${i}`);
    await expose(
      portal.system,
      users.map((user) => ({ user, timestamp: hour + 1_000, alias_id: "my-router" })),
    );

    const page = await portal.signedIn();
    await add(page, projectId);
    await page.getByText("Enabled: every step succeeded.").waitFor();
    await page.getByText("Reading events").waitFor();

    await takePicture(page, "mixpanel-enabled");

    const exporting = page.getByRole("switch", { name: "Export to Mixpanel" });
    const importing = page.getByRole("switch", { name: "Import from Mixpanel" });
    expect(await page.getByRole("region", { name: "Events to import" }).count()).toBe(0);
    await importing.click();
    await page.getByRole("button", { name: "Add Event" }).click();
    await fill(page, { "Event ID": "pur chase" });
    await page.getByText("Only letters, numbers, underscores, and hyphens.").waitFor();
    await fill(page, { "Event ID": "purchase", Description: "Fires when a user completes a purchase" });
    await expectAccessible(page, "Add Event");
    await page.getByRole("button", { name: "Add", exact: true }).click();
    await page.getByRole("link", { name: "purchase: properties and records" }).waitFor();
    expect(await exporting.isChecked()).toBe(false);
    await exporting.click();
    await syncNow(page, "succeeded");

    const row = page.getByRole("table", { name: "Events to import" }).getByRole("row", { name: /purchase/ });
    await row.getByRole("cell", { name: String(ROWS), exact: true }).waitFor();
    await region(page, "Sync status").getByText("12 sent, 0 waiting, 0 rejected, 0 late").waitFor();
    await page.getByRole("table", { name: "Runs" }).getByText("succeeded").first().waitFor();
    const { deduped } = await portal.system.mixpanel.control.count(projectId, { events: [EXPOSURE_EVENT] });
    expect(deduped).toBe(12);
    await expectAccessible(page, "an integration", { dark: true });
    await takePicture(page, "mixpanel-sync", 900);

    await page.getByRole("link", { name: "purchase: properties and records" }).click();
    await expectPage(page, "purchase");
    const amount = page.getByRole("table", { name: "Properties" }).getByRole("row", { name: /^amount/ });
    expect(await amount.innerText()).toMatch(/number\s*numeric/i);
    await expectRows(page, "Records", 20);
    // More digits than a JavaScript number has.
    expect(await page.getByRole("table", { name: "Records" }).getByRole("row").nth(1).innerText()).toContain(BIG);
    await page.getByRole("button", { name: "More" }).click();
    await expectRows(page, "Records", 40);
    await page.getByRole("button", { name: "More" }).click();
    await expectRows(page, "Records", ROWS);
    expect(await page.getByRole("button", { name: "More" }).count()).toBe(0);
    await expectAccessible(page, "an event");
  });

  it("says at Enable what is wrong with the credentials, and takes mended ones", async () => {
    const projectId = await project();
    const page = await portal.signedIn();
    await enable(page, projectId, "a-wrong-secret");
    await page.getByText("Service account credentials: failed").waitFor();
    await expectAccessible(page, "a failed test");
    await fill(page, { "Service Account Secret": ACCOUNT.secret });
    await page.getByRole("button", { name: "Enable", exact: true }).click();
    await expectPage(page, `Mixpanel Project ${projectId}`);
    await page.getByText("Enabled: every step succeeded.").waitFor();
    expect(await page.getByText(": failed").count()).toBe(0);
  });

  it("shows an error with its remedy when access is revoked, and its end once that is mended", async () => {
    const projectId = await project();
    const page = await portal.signedIn();
    await add(page, projectId);
    await page.getByRole("switch", { name: "Import from Mixpanel" }).click();
    await page.getByRole("button", { name: "Add Event" }).click();
    await fill(page, { "Event ID": "purchase" });
    await page.getByRole("button", { name: "Add", exact: true }).click();
    await syncNow(page, "succeeded");
    const accounts = [{ ...ACCOUNT, secret: "another-secret", role: "admin" as const }];
    await portal.system.mixpanel.control.putProject(projectId, { serviceAccounts: accounts });
    await syncNow(page, "failed");
    await page
      .getByRole("alert")
      .getByText(/credentials were refused/)
      .first()
      .waitFor();
    await region(page, "Sync status").getByText("attention", { exact: true }).waitFor();
    await expectAccessible(page, "an error");
    await changeSecret(page, "another-secret");
    await region(page, "Sync status").getByText("Waiting for the next run.").waitFor({ timeout: 30_000 });
    // The event's error is polled apart from the integration's.
    await page.getByRole("alert").first().waitFor({ state: "detached" });
    expect(await page.getByRole("alert").count()).toBe(0);
  });

  it("pauses, resumes and deletes", async () => {
    const projectId = await project();
    const page = await portal.signedIn();
    await add(page, projectId);
    await page.getByRole("button", { name: "Pause" }).click();
    await region(page, "Sync status").getByText("Paused: no run starts until you resume.").waitFor();
    expect(await page.getByRole("button", { name: "Sync now" }).isDisabled()).toBe(true);
    await page.getByRole("button", { name: "Resume" }).click();
    await page.getByRole("button", { name: "Pause" }).waitFor();
    await page.getByRole("button", { name: "Delete integration" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Delete", exact: true }).click();
    await expectPage(page, "Data Integrations");
    expect(await page.getByText(`Project ${projectId}`).count()).toBe(0);
  });
});
