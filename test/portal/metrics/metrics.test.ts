// From imported events to what a router does to a metric, in a browser: defined, compared, doubted, downloaded, changed, deleted.
import { readFile } from "node:fs/promises";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { connectMixpanel, expose } from "../../support/system/mixpanelSync.ts";
import { expectAccessible, takePicture } from "../../support/portal/pageChecks.ts";
import { fill, expectPage, startPortalSystem, type Portal } from "../../support/portal/portal.ts";
import { DAY_MS, HOUR_MS } from "../../support/system/system.ts";

const USERS = 240;
/** How many of ten buy. */
const BUYERS = { fast: 7, slow: 4 };
const START_MS = Math.floor(Date.now() / DAY_MS) * DAY_MS - 6 * DAY_MS;

const users = Array.from({ length: USERS }, (_, i) => ({
  user: `user-${i}`,
  variant: i % 2 === 0 ? ("fast" as const) : ("slow" as const),
  exposedMs: START_MS + Math.floor(i / 80) * DAY_MS + i * 60_000,
  amount: 5 + (i % 7),
  buys: Math.floor(i / 2) % 10 < BUYERS[i % 2 === 0 ? "fast" : "slow"],
}));
/** What the filter of the walk leaves: amounts of at least 6. */
const meanOf = (variant: "fast" | "slow") => {
  const group = users.filter((one) => one.variant === variant);
  return group.reduce((sum, { buys, amount }) => sum + (buys && amount >= 6 ? amount : 0), 0) / group.length;
};

let portal: Portal;
beforeAll(async () => {
  portal = await startPortalSystem();
  const { system } = portal;
  await system.call("POST", "/v1/routers", {
    id: "assistant",
    routes: [{ id: "default", variants: ["fast", "slow"].map((id) => ({ id, upstream: UPSTREAM })) }],
  });
  const mixpanel = await connectMixpanel(system);
  await mixpanel.control.loadRows(
    mixpanel.projectId,
    users.flatMap(({ user, exposedMs, amount, buys }, i) => {
      const timeMs = exposedMs + 2 * HOUR_MS;
      const propertiesText = `{"distinct_id":"${user}","$insert_id":"row-${i}","amount":${amount},"plan":"pro"}`;
      return buys ? [{ event: "purchase", timeMs, processingMs: timeMs + 1, propertiesText }] : [];
    }),
  );
  await mixpanel.addEvent("purchase");
  await mixpanel.enable({ import: true });
  await expose(
    system,
    users.map(({ user, variant, exposedMs: timestamp }) => ({
      user,
      timestamp,
      alias_id: "assistant",
      route_id: "default",
      variant_id: variant,
    })),
  );
  await mixpanel.sync();
});
afterAll(() => portal?.stop());

const UPSTREAM = { baseUrl: "https://api.openai.com/v1", model: "gpt-4o-mini" };

const row = (page: Page, name: string) =>
  page.getByRole("table", { name: "Result" }).getByRole("row", { name: new RegExp(`^${name}`) });

async function define(page: Page): Promise<void> {
  await page.getByRole("link", { name: "New Metric" }).click();
  await expectPage(page, "New Metric");
  await page.getByRole("button", { name: "Save Metric" }).click();
  await page.getByText("Choose an event.").waitFor();
  await fill(page, { Name: "Revenue", Description: "Dollars per user" });
  await page.getByLabel("Event").selectOption("purchase");
  await page.getByLabel("Value", { exact: true }).selectOption("sum");
  await page.getByRole("combobox", { name: "Property" }).click();
  // Found to be of texts, so that it cannot be summed.
  expect(await page.getByRole("option", { name: "plan" }).count()).toBe(0);
  await page.getByRole("option", { name: "amount" }).click();
  await page.getByRole("button", { name: "Add Filter" }).click();
  await page.getByRole("combobox", { name: "Filter by" }).fill("amount");
  await fill(page, { "Filter value": "6" });
  await page.getByLabel("Condition").selectOption("at_least");
  await page.getByLabel("Format", { exact: true }).selectOption("currency");
  await expectAccessible(page, "a metric's definition");
  await page.getByRole("button", { name: "Save Metric" }).click();
  await expectPage(page, "Revenue");
}

it("walks from imported data to a result, its health, its file, and another direction", async () => {
  const page = await portal.signedIn();
  await page.getByRole("link", { name: "Metrics", exact: true }).first().click();
  await page.getByText("No metrics yet").waitFor();
  await define(page);

  await page.getByText("Sum of amount of purchase per user where amount is at least 6").waitFor();
  const [fast, slow] = [meanOf("fast"), meanOf("slow")];
  await row(page, "fast")
    .getByText(`US$${fast.toFixed(2)}`)
    .waitFor();
  expect(await row(page, "fast").innerText()).toContain("120");
  await row(page, "slow")
    .getByText(`US$${slow.toFixed(2)}`)
    .waitFor();
  await page.getByLabel("Baseline").selectOption("slow");
  await row(page, "fast")
    .getByText(`+${((fast / slow - 1) * 100).toFixed(2)}%`)
    .waitFor();
  await row(page, "fast").getByText("Better").waitFor();
  await takePicture(page, "metric-result", 1_680);
  await page.getByText("Absolute", { exact: true }).click();
  await row(page, "fast")
    .getByText(`+US$${(fast - slow).toFixed(2)}`)
    .waitFor();
  await page.getByRole("img", { name: /^fast: \+US\$/ }).waitFor();
  const fixed = await row(page, "fast").innerText();
  await page.getByText("For every look", { exact: true }).click();
  await expect.poll(() => row(page, "fast").innerText()).not.toBe(fixed);
  const health = page.getByRole("region", { name: "Health checks" });
  await health.getByText("The variants got users in the proportions of their weights.").waitFor();
  await page.getByText("Numbers by day").click();
  const days = page.getByRole("table", { name: "Numbers by day" });
  await days.waitFor();
  expect(await days.getByRole("row").count()).toBe(1 + 3 * 2);
  // Not "visible": a level line has no height.
  await page.locator("svg .recharts-line-curve").first().waitFor({ state: "attached" });
  await expectAccessible(page, "a result", { dark: true });

  const [file] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("link", { name: "Download CSV" }).click(),
  ]);
  const [head, ...lines] = (await readFile(await file.path(), "utf8")).trim().split(/\r?\n/);
  expect(head).toMatch(/^group,baseline,users/);
  expect(lines.map((line) => line.split(",").slice(0, 3))).toEqual([
    ['"fast"', '"no"', "120"],
    ['"slow"', '"yes"', "120"],
  ]);

  // What the choices say is in the address: a reload, or somebody else, sees the same.
  await page.reload();
  await row(page, "slow").getByText("baseline").waitFor();
  await page.getByLabel("First day (UTC)").fill("2031-01-01");
  await page.getByText("from must be a day before `to`").waitFor();
  await page.getByLabel("First day (UTC)").fill("");
  await row(page, "slow").getByText("baseline").waitFor();

  await page.getByRole("link", { name: "Edit", exact: true }).click();
  await expectPage(page, "Edit Revenue");
  await page.getByLabel("Good direction").selectOption("down");
  await page.getByRole("button", { name: "Save Metric" }).click();
  await expectPage(page, "Revenue");
  await row(page, "slow").getByText("Better").waitFor();

  await page.getByRole("link", { name: "Edit", exact: true }).click();
  await page.getByRole("button", { name: /^Delete metric/ }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete", exact: true }).click();
  await page.getByText("No metrics yet").waitFor();
});

it("compares a ratio, less its past, and by route", async () => {
  const page = await portal.signedIn();
  await page.getByRole("link", { name: "Metrics", exact: true }).first().click();
  await page.getByRole("link", { name: "New Metric" }).click();
  await expectPage(page, "New Metric");
  await fill(page, { Name: "Order value" });
  await page.getByRole("switch", { name: /^Ratio/ }).check();
  const [above, below] = ["Numerator", "Denominator"].map((legend) => page.getByRole("group", { name: legend }));
  await above!.getByLabel("Event").selectOption("purchase");
  await above!.getByLabel("Value", { exact: true }).selectOption("sum");
  await above!.getByRole("combobox", { name: "Property" }).fill("amount");
  await below!.getByLabel("Event").selectOption("purchase");
  await page.getByLabel("Format", { exact: true }).selectOption("currency");
  await page.getByRole("button", { name: "Save Metric" }).click();
  await expectPage(page, "Order value");

  for (const variant of ["fast", "slow"] as const) {
    const amounts = users.filter((one) => one.variant === variant && one.buys).map(({ amount }) => amount);
    const mean = amounts.reduce((sum, amount) => sum + amount, 0) / amounts.length;
    await row(page, variant)
      .getByText(`US$${mean.toFixed(2)}`)
      .waitFor();
  }
  // Nobody bought before the exposure: there is nothing to take off, and the difference stays.
  const health = page.getByRole("region", { name: "Health checks" });
  expect(await health.getByText("Time before exposure").count()).toBe(0);
  const plain = await row(page, "slow").innerText();
  await page.getByLabel("CUPED").check();
  await health.getByText(/The router served no users in the 72 hours before/).waitFor();
  await page.getByText("Differences are adjusted by CUPED. Values are not.").waitFor();
  expect(await row(page, "slow").innerText()).toBe(plain);

  await page.getByLabel("Compare").selectOption("route");
  await row(page, "default").getByText("baseline").waitFor();
  expect(await row(page, "default").innerText()).toContain(`${USERS}`);
  await expectAccessible(page, "a ratio's result");
});
