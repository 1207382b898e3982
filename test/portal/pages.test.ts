// Pages that need no sync: that everybody can use them, and what they say where something is amiss.
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connectMixpanel, expose } from "../support/system/mixpanelSync.ts";
import { fill, expectPage, region, signIn, startPortalSystem, type Portal } from "../support/portal/portal.ts";
import { expectAccessible } from "../support/portal/pageChecks.ts";
import { HOUR_MS } from "../support/system/system.ts";

const UPSTREAM = { baseUrl: "https://upstream.example/v1", model: "small", apiKey: null };

let portal: Portal;
beforeAll(async () => {
  portal = await startPortalSystem({ worker: false });
});
afterAll(() => portal?.stop());

/** In a workspace of its own. */
async function newcomer(): Promise<{ page: Page; apiKey: string }> {
  const { apiKey } = await portal.system.store.workspaces.create("newcomer");
  return { page: await portal.signedIn({}, apiKey), apiKey };
}

async function to(page: Page, path: string, title: string): Promise<void> {
  await page.goto(path);
  await expectPage(page, title);
}

describe("signing in", () => {
  it("says what is wrong with a key, and ends with the session", async () => {
    const page = await portal.open();
    await expectPage(page, "Crosscurrent Portal");
    await expectAccessible(page, "sign-in");
    await fill(page, { "API key": "no-such-key" });
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("alert").getByText("The API key is not valid.").waitFor();
    await expectAccessible(page, "a refused sign-in");

    const { apiKey } = await portal.system.store.workspaces.create("a workspace");
    await signIn(page, apiKey);
    await page.getByText("a workspace").waitFor();
    const [cookie] = await page.context().cookies();
    expect(cookie).toMatchObject({ httpOnly: true, sameSite: "Strict", path: "/" });
    await page.getByRole("button", { name: "Sign out" }).click();
    await expectPage(page, "Crosscurrent Portal");
    await signIn(page, apiKey);
    await portal.system.sql.query("delete from sessions");
    // What the page asks for by itself may be refused before the click is: either ends the session here.
    const signedOut = expectPage(page, "Crosscurrent Portal");
    await Promise.race([page.getByRole("link", { name: "Data Integrations" }).click(), signedOut]);
    await signedOut;
  });
});

describe("routers", () => {
  it("are added, listed with shares and exposures per hour, and changed", async () => {
    const { page, apiKey } = await newcomer();
    await region(page, "No routers yet").waitFor();
    await expectAccessible(page, "no routers");
    await page.getByRole("link", { name: "Add Router" }).click();
    await expectPage(page, "Add Router");
    await fill(page, { "Router ID": "my router" });
    await page.getByText("1 to 64 letters, numbers, underscores, hyphens and dots.").waitFor();
    await expectAccessible(page, "a new router");
    await fill(page, { "Router ID": "my-router", "Variant ID": "a", Model: "small" });
    await page.getByRole("button", { name: "Add Variant" }).click();
    const second = page.getByRole("group", { name: "Variant 2" });
    await second.getByLabel("Variant ID").fill("gpt-4.1");
    await second.getByLabel("Model").fill("large");
    await second.getByLabel("API Key").first().fill("sk-local-key");
    const exposed = { alias_id: "my-router", route_id: "default", timestamp: Date.now() - HOUR_MS };
    const call = { method: "POST", headers: { authorization: `Basic ${apiKey}`, "content-type": "application/json" } };
    const exposures = ["a", "a", "gpt-4.1"].map((id, i) => ({ ...exposed, variant_id: id, user: `user-${i}` }));
    await fetch(`${portal.url}/v1/exposures`, { ...call, body: JSON.stringify({ exposures }) });
    await page.getByRole("button", { name: "Save Router" }).click();

    const weights = page.getByRole("table", { name: "Variants of default" });
    expect(await weights.getByRole("row", { name: /^a / }).innerText()).toMatch(/small\s+1\s+50%/);
    const chart = page.getByRole("figure", { name: "Exposures per hour of my-router: 3 in all" });
    await chart.getByText("default / gpt-4.1").waitFor();
    // A bar of each variant, that whose id looks like a path included.
    await expect.poll(() => chart.locator(".recharts-bar-rectangle path").count()).toBe(2);
    await expectAccessible(page, "routers", { dark: true });
    await page.getByRole("link", { name: "Edit my-router" }).click();
    const form = page.getByRole("form", { name: "Variant a" });
    await form.getByLabel("Weight").fill("3");
    await form.getByRole("button", { name: "Save a" }).click();
    await form.getByText("Saved.").waitFor();
    expect(await page.content()).not.toContain("sk-local-key");
    await expectAccessible(page, "a router");
    await page.getByRole("navigation", { name: "Breadcrumb" }).getByRole("link", { name: "Routers" }).click();
    expect(await weights.getByRole("row", { name: /^a / }).innerText()).toMatch(/small\s+3\s+75%/);
  });
});

describe("data integrations", () => {
  it("are listed, and everything on the way to a new one can be used by everybody", async () => {
    const { page } = await newcomer();
    await page.getByRole("link", { name: "Set Up Metrics" }).click();
    await region(page, "No integrations yet").waitFor();
    await expectAccessible(page, "no integrations");
    await to(page, "/integrations/new", "Add Integration");
    await expectAccessible(page, "Add Integration");
    for (const provider of ["Mixpanel", "BigQuery"] as const) {
      await to(page, `/integrations/new/${provider.toLowerCase()}`, `Add ${provider}`);
      await page.getByRole("button", { name: "Advanced (optional)" }).click();
      await page.getByRole("button", { name: "Enable" }).click();
      // Nothing was sent: what is missing is said at its field, and the first of them is where one goes on.
      await page.locator(":focus").and(page.getByLabel("Project ID")).waitFor();
      expect(await page.getByLabel("Project ID").getAttribute("aria-invalid")).toBe("true");
      await expectAccessible(page, `Add ${provider}`);
      await page.getByRole("link", { name: `What to prepare in ${provider}` }).click();
      await expectPage(page, `Set up ${provider}`);
      await expectAccessible(page, `Set up ${provider}`);
    }
    await to(page, "/nowhere", "There is no such page");
    await expectAccessible(page, "no such page");
  });
});

describe("what is amiss", () => {
  it("is said while the server is away, and goes by itself", async () => {
    const { projectId } = await connectMixpanel(portal.system);
    await expose(portal.system, [{ user: "user", timestamp: Date.now() }]);
    await portal.system.call("POST", "/v1/routers", {
      id: "away",
      routes: [{ id: "default", variants: [{ id: "a", weight: 1, upstream: UPSTREAM }] }],
    });
    const page = await portal.signedIn();
    await page.getByRole("table", { name: "Variants of default" }).waitFor();
    await page.context().route("**/v1/**", (route) => route.abort());
    await page.getByRole("link", { name: "Data Integrations" }).click();
    await page.getByRole("alert").getByText("The server cannot be reached.").waitFor();
    await expectAccessible(page, "the server is away");
    await page.context().unroute("**/v1/**");
    await page.getByRole("button", { name: "Try again" }).click();
    await page.getByRole("link", { name: `Project ${projectId}` }).waitFor();
    expect(await page.getByRole("alert").count()).toBe(0);
    await expectAccessible(page, "integrations");
  });

  it("does not take the Portal along where a part of it is gone, as after an upgrade", async () => {
    const { page } = await newcomer();
    await page.context().route("**/assets/AddIntegration-*", (route) => route.abort());
    await page.getByRole("link", { name: "Set Up Metrics" }).click();
    await page.getByRole("link", { name: "Add Integration" }).click();
    await page.getByText("This page could not be shown").waitFor();
    await page.context().unroute("**/assets/AddIntegration-*");
    await page.getByRole("button", { name: "Reload" }).click();
    await page.getByRole("link", { name: "Select Mixpanel" }).waitFor();
    expect(await page.getByRole("alert").count()).toBe(0);
  });
});
