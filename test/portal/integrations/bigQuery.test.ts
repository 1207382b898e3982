// The BigQuery product page, walked in a browser from signing in to exported rows and imported records.
import type { Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { BigQueryControl } from "../../../dev/standins/bigquery/control.ts";
import { SHARED_START_TIMEOUT_MS } from "../../../dev/standins/bigquery/sharedEmulator.ts";
import { bigQuerySettings, DATASET, FIELDS, grantsOf, prepareBigQuery } from "../../support/system/bigQuerySync.ts";
import { expose } from "../../support/system/mixpanelSync.ts";
import {
  addIntegration,
  expectRows,
  fill,
  expectPage,
  region,
  startPortalSystem,
  expectSynced,
  syncNow,
  yourSync,
  type Portal,
} from "../../support/portal/portal.ts";
import { expectAccessible, takePicture } from "../../support/portal/pageChecks.ts";
import { HOUR_MS } from "../../support/system/system.ts";

const ROWS = 45;
const USERS = 12;
const TABLE = "donations";
/** With columns that no field of an event can be mapped to. */
const DONATION_FIELDS = [
  ...FIELDS,
  { name: "tags", type: "STRING", mode: "REPEATED" },
  { name: "device", type: "RECORD", fields: [{ name: "os", type: "STRING" }] },
];
const PRINCIPAL = "crosscurrent@operator-project.iam.gserviceaccount.com";
const TEMPORAL_UI = "https://temporal.example";

let portal: Portal;
let control: BigQueryControl;
beforeAll(async () => {
  const bigQuery = await bigQuerySettings();
  control = bigQuery.control;
  const temporalUi = { url: TEMPORAL_UI, namespace: "default" };
  const settings = { ...bigQuery.settings, GOOGLE_SOURCE_PRINCIPAL: PRINCIPAL };
  portal = await startPortalSystem({ settings, web: { temporalUi } });
}, SHARED_START_TIMEOUT_MS);
afterAll(() => portal?.stop());

type Customer = Awaited<ReturnType<typeof prepareBigQuery>>;

/** A project with donations in it, one of them by nobody. */
async function project(): Promise<Customer> {
  const customer = await prepareBigQuery(control);
  const startMs = Date.now() - 10 * 24 * HOUR_MS;
  const { projectId } = customer;
  await control.createTable(projectId, DATASET, TABLE, { schema: { fields: DONATION_FIELDS } });
  await control.loadRows(
    projectId,
    DATASET,
    TABLE,
    Array.from({ length: ROWS + 1 }, (_, i) => ({
      event_name: "user_donation",
      user_id: i === ROWS ? null : `user-${i % 7}`,
      created_at: new Date(startMs + i * HOUR_MS).toISOString(),
      event_uuid: `uuid-${i}`,
      amount: i,
      tags: ["a", "b"],
      device: { os: "any" },
    })),
  );
  return customer;
}

async function enable(page: Page, { projectId, email }: Customer): Promise<void> {
  await addIntegration(page, "BigQuery");
  await fill(page, {
    "Project ID": projectId,
    "Dataset ID": DATASET,
    "Service Account Email": email,
    "BigQuery Location": "EU",
  });
  await takePicture(page, "bigquery-add", 760);
  await page.getByRole("button", { name: "Enable" }).click();
}

async function expectEnabled(page: Page, { projectId }: Customer): Promise<void> {
  await expectPage(page, `BigQuery ${projectId}.${DATASET}`);
}

/** Names are offered in comboboxes, all else is typed in textboxes. */
const field = (page: Page, name: string): Locator => {
  const dialog = page.getByRole("dialog");
  return dialog.getByRole("combobox", { name }).or(dialog.getByRole("textbox", { name }));
};

/** Takes what is offered, by keyboard; answers all that was. */
async function choose(page: Page, label: string, wanted: string): Promise<string[]> {
  await field(page, label).focus();
  const option = page.getByRole("option", { name: wanted, exact: true });
  await option.waitFor();
  const offered = await page.getByRole("option").allInnerTexts();
  for (let presses = 0; presses <= offered.indexOf(wanted); presses++) await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await option.waitFor({ state: "hidden" });
  expect(await field(page, label).inputValue()).toBe(wanted);
  return offered;
}

async function addOffered(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Add Event" }).click();
  await fill(page, { "Event Name": "user_donation", Description: "Fires when a user completes a donation" });
  expect(await choose(page, "Dataset", DATASET)).toEqual([DATASET]);
  expect((await choose(page, "Table Name", TABLE)).toSorted()).toEqual([TABLE, "events"]);
  expect(await choose(page, "Event Field Name", "event_name")).toEqual(["event_name", "user_id", "event_uuid"]);
  await choose(page, "User ID Field Name", "user_id");
  expect(await choose(page, "Timestamp Field Name", "created_at")).toEqual(["created_at"]);
  await choose(page, "Event UUID Field Name", "event_uuid");
  await takePicture(page, "bigquery-event", 760);
}

/** Both directions at work, seen while BigQuery keeps the export waiting. */
async function syncUnderWatch(page: Page, projectId: string): Promise<void> {
  const fault = await control.addFault(projectId, { kind: "hang", target: "jobs.insert", jobType: "load" });
  await page.getByRole("button", { name: "Sync now" }).click();
  // It is queued where the regular run came first: that run is then the one under watch.
  await yourSync(page).getByText(/^Sync/).waitFor();
  await region(page, "Sync status").getByText("syncing", { exact: true }).waitFor();
  await page
    .getByRole("status", { name: "Current operations" })
    .getByText(`Export: delivering buckets 1 to ${USERS} of ${USERS}`)
    .waitFor();
  await control.clearFaults(projectId, fault);
  await expectSynced(page, "succeeded");
}

/** What a field takes away again is away. */
async function changeReading(page: Page): Promise<void> {
  await region(page, "Reading").getByText("A row is found until 3 days after its own time.").waitFor();
  await page.getByRole("button", { name: "Change", exact: true }).click();
  await field(page, "Lookback in Hours").fill("0");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByRole("dialog").getByText("must be a whole number of hours from 1 to 8784").waitFor();
  await field(page, "Lookback in Hours").fill("96");
  await field(page, "Time Zone").fill("Europe/Berlin");
  await expectAccessible(page, "how rows are read");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByRole("dialog").waitFor({ state: "hidden" });
  await page.getByRole("button", { name: "Change", exact: true }).click();
  expect(await field(page, "Lookback in Hours").inputValue()).toBe("96");
  await field(page, "Time Zone").fill("");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByRole("dialog").waitFor({ state: "hidden" });
}

async function readAgain(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Read again" }).click();
  const today = new Date().toISOString().slice(0, 10);
  await page.getByRole("dialog").getByLabel("First day").fill(today);
  await page.getByRole("dialog").getByRole("button", { name: "Read again" }).click();
  await page.getByRole("status", { name: "Your request" }).getByText("Sync done: succeeded.").waitFor();
}

describe("the BigQuery product page", () => {
  it("is walked from signing in to exported rows and imported records", async () => {
    const customer = await project();
    const hour = Math.floor(Date.now() / HOUR_MS) * HOUR_MS - 5 * HOUR_MS;
    await expose(
      portal.system,
      Array.from({ length: USERS }, (_, i) => ({ user: `user-${i}`, timestamp: hour + i, alias_id: "my-router" })),
    );
    const page = await portal.signedIn();
    await enable(page, customer);
    await expectEnabled(page, customer);
    await page.getByText("Enabled: every step succeeded.").waitFor();
    await page.getByText("Writing to the dataset (BigQuery Data Editor): ok").waitFor();
    await takePicture(page, "bigquery-enabled");

    await page.getByRole("switch", { name: "Import from BigQuery" }).click();
    await addOffered(page);
    await expectAccessible(page, "Add Event of BigQuery");
    await page.getByRole("button", { name: "Add", exact: true }).click();
    await page.getByRole("link", { name: "user_donation: properties and records" }).waitFor();
    await page.getByRole("switch", { name: "Export to BigQuery" }).click();
    await page.getByRole("switch", { name: "Export to BigQuery", checked: true }).waitFor();
    await syncUnderWatch(page, customer.projectId);

    await region(page, "Sync status").getByText(`${USERS} sent, 0 waiting, 0 rejected, 0 late`).waitFor();
    expect(await customer.exposures()).toEqual(
      expect.arrayContaining(Array.from({ length: USERS }, (_, i) => ({ user: `user-${i}`, ms: hour + i }))),
    );
    const event = page.getByRole("table", { name: "Events to import" }).getByRole("row", { name: /user_donation/ });
    await event.getByRole("cell", { name: String(ROWS), exact: true }).waitFor();
    await expectRows(page, "Rejected records", 1);
    expect(await region(page, "Rejected records").getByRole("row").nth(1).innerText()).toContain("user_id");
    const link = page.getByRole("link", { name: "Workflow in the Temporal UI" });
    expect(await link.getAttribute("href")).toMatch(
      new RegExp(`^${TEMPORAL_UI}/namespaces/default/workflows/integration-`),
    );
    await page.getByRole("table", { name: "Runs" }).getByText(`${ROWS} records, 1 rejected`).waitFor();
    await takePicture(page, "bigquery-sync", 900);

    await page.getByRole("link", { name: "user_donation: properties and records" }).click();
    await expectPage(page, "user_donation");
    const amount = page.getByRole("table", { name: "Properties" }).getByRole("row", { name: /^amount/ });
    expect(await amount.innerText()).toMatch(/number\s*numeric/i);
    await expectRows(page, "Records", 20);
    await changeReading(page);
    await readAgain(page);
  });

  it("says at Enable which role is missing, and goes on by itself once it is granted", async () => {
    const customer = await project();
    const { projectId, email } = customer;
    await control.putAccount(email, { grants: grantsOf(projectId, []) });
    const page = await portal.signedIn();
    await enable(page, customer);
    await page.getByText("so nothing was added").waitFor();
    expect(await region(page, "Connection").innerText()).toContain("Grant the role BigQuery Data Editor");
    await expectAccessible(page, "a failed test of BigQuery");
    await page.getByText("this page tests again until it is known everywhere").waitFor();
    await control.putAccount(email, { grants: grantsOf(projectId) });
    await expectEnabled(page, customer);
    await page.getByText("Enabled: every step succeeded.").waitFor();
  });

  it("shows whom to grant access to and how to prove whose the account is, and writes a script of it", async () => {
    const { projectId, email } = await project();
    const page = await portal.signedIn();
    await addIntegration(page, "BigQuery");
    await page.getByText(PRINCIPAL).waitFor();
    const code = await portal.system.store.ownership.codeOf(portal.system.workspaceId);
    await page.getByText(`crosscurrent:${code}`).waitFor();
    await page.getByRole("button", { name: "Write the script" }).click();
    await page.getByText("Enter the Project ID.").waitFor();
    const values = { "Project ID": projectId, "Dataset ID": DATASET, "BigQuery Location": "EU" };
    await fill(page, { ...values, "Service Account Email": email, "Datasets with events": "user_data, orders" });
    await page.getByRole("button", { name: "Write the script" }).click();
    const script = page.getByLabel("the set-up script", { exact: true });
    await script.waitFor();
    const text = await script.innerText();
    for (const part of [projectId, email, PRINCIPAL, code, "user_data", "orders"]) expect(text).toContain(part);
    await page.getByRole("button", { name: "Copy the set-up script" }).waitFor();
    await expectAccessible(page, "the set-up script of BigQuery");
  });

  it("says that another workspace holds the account, and how to take it over", async () => {
    const customer = await project();
    const owner = await portal.system.store.workspaces.create("owner");
    const body = {
      provider: "bigquery",
      projectId: customer.projectId,
      serviceAccountEmail: customer.email,
      location: "EU",
    };
    const headers = { authorization: `Bearer ${owner.apiKey}`, "content-type": "application/json" };
    const request = { method: "POST", headers, body: JSON.stringify(body) };
    expect((await portal.system.app.request("/v1/integrations", request)).status).toBe(201);
    const page = await portal.signedIn();
    await enable(page, customer);
    await page.getByText("ownership: failed").waitFor();
    await page.getByRole("button", { name: "Enable anyway" }).click();
    await expectEnabled(page, customer);
    const warnings = page.getByRole("list", { name: "Warnings" });
    await warnings.getByText("Another workspace uses this account").waitFor();
    const code = await portal.system.store.ownership.codeOf(portal.system.workspaceId);
    await control.describeAccount(customer.email, `crosscurrent:${code}`);
    await page.getByRole("button", { name: "Test connection" }).click();
    await page.getByText("Enabled: every step succeeded.").waitFor();
    await warnings.getByText("Another workspace uses this account").waitFor({ state: "detached" });
  });

  it("takes typed names where none are offered, and shows lost access with its remedy until it is back", async () => {
    const customer = await project();
    const { projectId, email } = customer;
    const page = await portal.signedIn();
    await enable(page, customer);
    await expectEnabled(page, customer);
    await page.getByRole("switch", { name: "Import from BigQuery" }).click();
    await control.deleteAccount(email);
    await page.getByRole("button", { name: "Add Event" }).click();
    await page.getByRole("dialog").getByText("Names cannot be offered, type them:").waitFor();
    await field(page, "Event Name").fill("user donation");
    await page.getByText("Only letters, numbers, underscores, and hyphens.").waitFor();
    await field(page, "Event Name").fill("user_donation");
    await field(page, "Dataset").fill(DATASET);
    await field(page, "Table Name").fill(TABLE);
    await field(page, "Event Field Name").fill("event_name");
    await field(page, "User ID Field Name").fill("user_id");
    await field(page, "Timestamp Field Name").fill("created_at");
    await field(page, "Event UUID Field Name").fill("event_uuid");
    await page.getByRole("button", { name: "Add", exact: true }).click();
    await page.getByRole("dialog").waitFor({ state: "hidden" });
    await syncNow(page, "failed");
    await region(page, "Sync status").getByText("attention", { exact: true }).waitFor();
    const alert = page.getByRole("alert").filter({ hasText: "Import: " });
    expect(await alert.innerText()).toMatch(/service account/i);
    // Said once: the event suffers from the same.
    expect(await page.getByRole("alert").count()).toBe(1);
    await control.putAccount(email, { grants: grantsOf(projectId) });
    await syncNow(page, "succeeded");
    await alert.waitFor({ state: "detached" });
  });
});
