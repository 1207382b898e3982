// What tests of the Portal do in its pages: sign in, walk by labels as people do, ask for a sync, look for trouble.
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { expect } from "vitest";
import { startBrowser } from "../../../dev/services/chromium.ts";
import { builtPortal } from "../../../dev/stack/portal.ts";
import type { WebSettings } from "../../../src/api/deps.ts";
import { startPortal } from "./server.ts";
import { startSystem } from "../system/system.ts";
import type { System } from "../system/system.ts";

const ACTION_WITHIN_MS = 15_000;
const SYNC_WITHIN_MS = 30_000;
export const DESKTOP = { width: 1280, height: 900 };

export interface Portal {
  system: System;
  browser: Browser;
  url: string;
  /** A page of its own browser context: nobody is signed in. */
  open(options?: BrowserContextOptions): Promise<Page>;
  /** A page of somebody who is. */
  signedIn(options?: BrowserContextOptions, apiKey?: string): Promise<Page>;
  /** Fails where a page threw something or wanted what its content security policy forbids. */
  stop(): Promise<void>;
}

interface PortalOptions {
  settings?: Record<string, string>;
  web?: Partial<WebSettings>;
  /** False where nothing is synced. */
  worker?: boolean;
}

/** The whole system with the Portal in front of it. */
export async function startPortalSystem({ settings, web, worker = true }: PortalOptions = {}): Promise<Portal> {
  const [dir, browser] = await Promise.all([builtPortal(), startBrowser()]);
  const system = await startSystem(settings, { portalDir: dir, ...web });
  if (worker) await system.startWorker();
  const server = await startPortal(system);
  const mishaps: string[] = [];
  const open = async (options: BrowserContextOptions = {}) => {
    const context = await browser.newContext({ baseURL: server.url, locale: "en-GB", viewport: DESKTOP, ...options });
    context.setDefaultTimeout(ACTION_WITHIN_MS);
    context.on("weberror", (error) => mishaps.push(error.error().message));
    context.on("console", (message) => {
      if (message.text().includes("Content Security Policy")) mishaps.push(message.text());
    });
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
      expect(mishaps).toEqual([]);
    },
  };
}

export async function signIn(page: Page, apiKey: string): Promise<void> {
  await page.getByLabel("API key", { exact: true }).fill(apiKey);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("button", { name: "Sign out" }).waitFor();
}

/** Waits for the page of this title. */
export async function heading(page: Page, name: string | RegExp): Promise<void> {
  await page.getByRole("heading", { level: 1, name, exact: true }).waitFor();
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

/** From Routers to the fields of a new integration, as the product pages say. */
export async function addIntegration(page: Page, provider: "Mixpanel" | "BigQuery"): Promise<void> {
  await page.getByRole("link", { name: "Set Up Metrics" }).click();
  await heading(page, "Data Integrations");
  await page.getByRole("link", { name: "Add Integration" }).click();
  await page.getByRole("link", { name: `Select ${provider}` }).click();
  await heading(page, `Add ${provider}`);
}

export const region = (page: Page, name: string) => page.getByRole("region", { name, exact: true });

export const yourSync = (page: Page) => page.getByRole("status", { name: "Your sync" });

export async function synced(page: Page, outcome: string): Promise<void> {
  await yourSync(page).getByText(`Sync done: ${outcome}.`).waitFor({ timeout: SYNC_WITHIN_MS });
}

export async function syncNow(page: Page, outcome: string): Promise<void> {
  await page.getByRole("button", { name: "Sync now" }).click();
  await synced(page, outcome);
}

/** Waits for a table of this many rows. */
export async function expectRows(page: Page, table: string, count: number): Promise<void> {
  const row = (index: number) => `tr:nth-child(${index})`;
  await page
    .getByRole("table", { name: table, exact: true })
    .locator(`tbody:has(${row(count)}):not(:has(${row(count + 1)}))`)
    .waitFor();
}
