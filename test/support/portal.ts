// What tests of the Portal do in its pages: sign in, look for trouble, walk by labels as people do.
import { join } from "node:path";
import { AxeBuilder } from "@axe-core/playwright";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { expect } from "vitest";
import { LOCAL_DIR } from "../../dev/paths.ts";
import { builtPortal } from "../../dev/portal.ts";
import { readPortal } from "../../src/api/portal.ts";
import { startBrowser } from "./chromium.ts";
import { startPortal } from "./portalServer.ts";
import { startSystem } from "./system.ts";
import type { System } from "./system.ts";

const ACTION_WITHIN_MS = 15_000;
const SETTLED_WITHIN_MS = 3_000;
export const DESKTOP = { width: 1280, height: 900 };
export const NARROW = { width: 375, height: 800 };

export interface Portal {
  system: System;
  browser: Browser;
  url: string;
  /** A page of its own browser context: nobody is signed in. */
  open(options?: BrowserContextOptions): Promise<Page>;
  /** A page of somebody who is. */
  signedIn(options?: BrowserContextOptions, apiKey?: string): Promise<Page>;
  stop(): Promise<void>;
}

/** The whole system, its worker included, with the Portal in front of it. */
export async function startPortalSystem(settings: Record<string, string> = {}): Promise<Portal> {
  const [dir, browser] = await Promise.all([builtPortal(), startBrowser()]);
  const system = await startSystem(settings, { portal: readPortal(dir) });
  await system.startWorker();
  const server = await startPortal(system);
  const open = async (options: BrowserContextOptions = {}) => {
    const context = await browser.newContext({ baseURL: server.url, locale: "en-GB", viewport: DESKTOP, ...options });
    context.setDefaultTimeout(ACTION_WITHIN_MS);
    const page = await context.newPage();
    await page.goto("/");
    return page;
  };
  return {
    ...{ system, browser, url: server.url, open },
    signedIn: async (options, apiKey = system.apiKey) => {
      const page = await open(options);
      await signIn(page, apiKey);
      return page;
    },
    stop: async () => {
      await browser.close();
      await server.stop();
      await system.stop();
    },
  };
}

export async function signIn(page: Page, apiKey: string): Promise<void> {
  await page.getByLabel("API key", { exact: true }).fill(apiKey);
  await page.getByRole("button", { name: "Sign in" }).click();
  await heading(page, "Routers");
}

/** Waits for the page of this title. */
export async function heading(page: Page, name: string | RegExp): Promise<void> {
  await page.getByRole("heading", { level: 1, name }).waitFor();
}

/** Fills fields by their labels. */
export async function fill(page: Page, values: Record<string, string>): Promise<void> {
  for (const [label, value] of Object.entries(values)) {
    await page
      .getByRole("textbox", { name: label })
      .or(page.getByLabel(label, { exact: true }))
      .first()
      .fill(value);
  }
}

/** What axe finds serious or critical, in the words of its rules. */
async function seriousFindings(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html.slice(0, 200)} ${node.failureSummary ?? ""}`));
}

const { DOCS_SCREENSHOTS } = process.env;
const IMAGES_DIR = join(import.meta.dirname, "../../docs/images");

/** Of `npm run docs:screenshots`: the pictures of the set-up pages. */
export async function picture(page: Page, name: string, height = 620): Promise<void> {
  if (DOCS_SCREENSHOTS === undefined) return;
  await page.setViewportSize({ width: 900, height });
  await page.screenshot({ path: join(IMAGES_DIR, `${name}.png`) });
  await page.setViewportSize(DESKTOP);
}

/** Of the same run: every page for the eyes of whoever changes it. */
async function lookAt(page: Page, name: string): Promise<void> {
  if (DOCS_SCREENSHOTS === undefined) return;
  await page.screenshot({
    path: join(LOCAL_DIR, "screenshots", `${name.replaceAll(/\W+/g, "-")}.png`),
    fullPage: true,
  });
}

/** What makes the page scroll sideways, outermost first: what scrolls within itself may be as wide as it likes. */
const BEYOND_THE_SCREEN = `(() => {
  const { scrollWidth, clientWidth } = document.documentElement;
  if (scrollWidth <= clientWidth) return [];
  const beyond = [...document.querySelectorAll("body *")].filter((one) => one.getBoundingClientRect().right > clientWidth);
  return [scrollWidth + " px", ...beyond.slice(0, 9).map((one) => one.outerHTML.slice(0, 150))];
})()`;

/** Nothing serious for those who see little or nothing, in light and in dark; no sideways scrolling on a telephone. */
export async function expectAccessible(page: Page, what: string): Promise<void> {
  for (const colorScheme of ["dark", "light"] as const) {
    await page.emulateMedia({ colorScheme });
    await page.locator(`html[data-mantine-color-scheme="${colorScheme}"]`).waitFor();
    await lookAt(page, `${what}-${colorScheme}`);
    expect(await seriousFindings(page), `${what}, ${colorScheme}`).toEqual([]);
  }
  const before = page.viewportSize() ?? DESKTOP;
  await page.setViewportSize(NARROW);
  await lookAt(page, `${what}-narrow`);
  // Charts take on the new width a moment later.
  const beyond = () => page.evaluate<string[]>(BEYOND_THE_SCREEN);
  await expect.poll(beyond, { message: `${what}: beyond a narrow screen`, timeout: SETTLED_WITHIN_MS }).toEqual([]);
  await page.setViewportSize(before);
}
