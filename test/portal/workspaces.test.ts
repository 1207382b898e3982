// Two workspaces, each in a browser of its own and one after the other in the same: nothing of one is ever shown in the other.
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connectMixpanel, expose } from "../support/system/mixpanelSync.ts";
import { expectPage, region, signIn, startPortalSystem, type Portal } from "../support/portal/portal.ts";

const SECRETS = ["my-secret-router", "their_event", "The purpose of it"];
const UPSTREAM = { baseUrl: "https://upstream.example/v1", model: "small", apiKey: null };

let portal: Portal;
let other: { apiKey: string };
/** What the first workspace has, and where. */
let theirs: { id: string; projectId: string };
beforeAll(async () => {
  portal = await startPortalSystem({ worker: false });
  const { system } = portal;
  other = await system.store.workspaces.create("the other workspace");
  const { id, projectId } = await connectMixpanel(system);
  theirs = { id, projectId };
  await system.call("PATCH", `/v1/integrations/${id}`, { import: { enabled: true } });
  const [router, event, description] = SECRETS;
  await system.call("POST", `/v1/integrations/${id}/events`, { eventId: event, description });
  await system.call("POST", "/v1/routers", {
    id: router,
    routes: [{ id: "default", variants: [{ id: "a", weight: 1, upstream: UPSTREAM }] }],
  });
  await expose(system, [{ alias_id: router, user: "their-user", timestamp: Date.now() }]);
});
afterAll(() => portal?.stop());

const pagesOf = ({ id }: { id: string }) => [
  `/integrations/${id}`,
  `/integrations/${id}/events/${SECRETS[1]}`,
  `/routers/${SECRETS[0]}`,
];

/** What a page has of the first workspace, be it hidden. */
async function ofTheirs(page: Page): Promise<string[]> {
  const shown = await page.content();
  return [...SECRETS, theirs.projectId].filter((secret) => shown.includes(secret));
}

async function seeTheirs(page: Page): Promise<void> {
  await region(page, SECRETS[0]!).waitFor();
  await page.getByRole("link", { name: "Data Integrations" }).click();
  await page.getByRole("link", { name: `Project ${theirs.projectId}` }).click();
  await page.getByRole("link", { name: `${SECRETS[1]}: properties and records` }).waitFor();
}

describe("another workspace", () => {
  it("has empty lists, and no page at the first one's addresses", async () => {
    const page = await portal.signedIn();
    await seeTheirs(page);
    const stranger = await portal.signedIn({}, other.apiKey);
    await region(stranger, "No routers yet").waitFor();
    await stranger.getByRole("link", { name: "Data Integrations" }).click();
    await region(stranger, "No integrations yet").waitFor();
    for (const path of pagesOf(theirs)) {
      await stranger.goto(path);
      await expectPage(stranger, "There is no such page");
      expect(await ofTheirs(stranger)).toEqual([]);
      // They do exist.
      await page.goto(path);
      await page.getByRole("heading", { level: 1 }).waitFor();
      expect(await page.getByText("There is no such page").count()).toBe(0);
    }
  });

  it("sees nothing of the first one's after it in the same browser", async () => {
    const page = await portal.signedIn();
    await seeTheirs(page);
    await page.getByRole("button", { name: "Sign out" }).click();
    await expectPage(page, "Crosscurrent Portal");
    expect(await ofTheirs(page)).toEqual([]);
    // What was loaded before is not even shown until the answers come.
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    await page.context().route("**/v1/integrations/**", async (route) => {
      await held;
      await route.continue();
    });
    await signIn(page, other.apiKey);
    expect(await ofTheirs(page)).toEqual([]);
    release();
    await expectPage(page, "There is no such page");
    expect(await ofTheirs(page)).toEqual([]);
  });

  it("replaces the first one's pages in all tabs of a browser", async () => {
    const page = await portal.signedIn();
    await seeTheirs(page);
    const tab = await page.context().newPage();
    await tab.goto("/");
    await tab.getByRole("button", { name: "Sign out" }).click();
    await signIn(tab, other.apiKey);
    await page.bringToFront();
    await page.evaluate(`document.dispatchEvent(new Event("visibilitychange", { bubbles: true }))`);
    await page.getByText("the other workspace").waitFor();
    await expectPage(page, "There is no such page");
    expect(await ofTheirs(page)).toEqual([]);
  });
});
