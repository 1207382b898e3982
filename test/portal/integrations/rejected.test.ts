// Rejected buckets in the Portal, of the whole system: shown by reason, sent again one by one and all.
import { afterAll, beforeAll, expect, it } from "vitest";
import { connectMixpanel, expose } from "../../support/system/mixpanelSync.ts";
import { expectAccessible } from "../../support/portal/pageChecks.ts";
import { expectPage, expectRows, region, startPortalSystem, type Portal } from "../../support/portal/portal.ts";
import { HOUR_MS } from "../../support/system/system.ts";

const SYNC_TIMEOUT_MS = 60_000;

let portal: Portal;
beforeAll(async () => {
  portal = await startPortalSystem();
});
afterAll(() => portal?.stop());

it("shows why buckets were rejected, and sends them again when the cause is mended", async () => {
  const dropping = (values: string[]) => ({
    dropFilter: { property: "distinct_id", values },
    invented: { droppedCountAsImported: false },
  });
  const mixpanel = await connectMixpanel(portal.system, { project: dropping(["user-2", "user-5", "user-6"]) });
  const hour = Math.floor(Date.now() / HOUR_MS) * HOUR_MS - 5 * HOUR_MS;
  const users = Array.from({ length: 9 }, (_, i) => `user-${i}`);
  await expose(
    portal.system,
    [...users, "anonymous"].map((user) => ({ user, timestamp: hour + 1_000 })),
  );
  await mixpanel.enable({ export: true });
  expect(await mixpanel.sync()).toBe("succeeded");

  const page = await portal.signedIn();
  await page.goto(`${portal.url}/integrations/${mixpanel.id}`);
  await expectPage(page, /Mixpanel/);
  await expectRows(page, "Rejected records", 4);
  const reasons = page.getByRole("table", { name: "Reasons" });
  await reasons.getByRole("row", { name: /3 export Mixpanel accepted the event but did not store it/ }).waitFor();
  await reasons.getByRole("row", { name: /1 export properties\.distinct_id/ }).waitFor();
  await expectAccessible(page, "an integration with rejected records");

  const done = page.getByRole("status", { name: "Sending again" }).getByText("Sync done: succeeded.");
  await mixpanel.control.putProject(mixpanel.projectId, dropping(["user-5", "user-6"]));
  const row = page.getByRole("table", { name: "Rejected records" }).getByRole("row", { name: /user-2/ });
  await row.getByRole("button", { name: "Send again" }).click();
  await done.waitFor({ timeout: SYNC_TIMEOUT_MS });
  await expectRows(page, "Rejected records", 3);
  await mixpanel.control.putProject(mixpanel.projectId, { dropFilter: null });
  await page.getByRole("button", { name: "Send all again" }).click();
  await expectRows(page, "Rejected records", 1);
  await region(page, "Sync status").getByText("9 sent, 0 waiting, 1 rejected, 0 late").waitFor();
  expect(await mixpanel.exported()).toMatchObject({ deduped: 9 });

  await page.getByRole("button", { name: "Send everything again" }).click();
  const everything = page.getByRole("status", { name: "Sending everything again" });
  await everything.getByText("Sync done: succeeded.").waitFor({ timeout: SYNC_TIMEOUT_MS });
  await region(page, "Sync status").getByText("9 sent, 0 waiting, 1 rejected, 0 late").waitFor();
  expect(await mixpanel.exported()).toMatchObject({ stored: expect.any(Number), deduped: 9 });
});
