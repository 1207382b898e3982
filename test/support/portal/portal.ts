// Starts the whole system with the built Portal, and helpers that use its pages as users do: by labels and names.
import type { AddressInfo } from "node:net";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { expect } from "vitest";
import { startBrowser } from "../../../dev/services/chromium.ts";
import { builtPortal } from "../../../dev/stack/portal.ts";
import type { WebSettings } from "../../../src/api/deps.ts";
import type { Connector } from "../../../src/providers/connector.ts";
import { createHttpServer, drain } from "../../../src/server.ts";
import { startSystem, type System } from "../system/system.ts";

const ACTION_TIMEOUT_MS = 15_000;
const SYNC_TIMEOUT_MS = 30_000;
const DRAIN_MS = 1_000;
export const DESKTOP = { width: 1280, height: 900 };

export interface Portal {
  system: System;
  browser: Browser;
  url: string;
  /** Opens a page in a browser context of its own, without a session. */
  open(options?: BrowserContextOptions): Promise<Page>;
  /** Opens a page and signs in. */
  signedIn(options?: BrowserContextOptions, apiKey?: string): Promise<Page>;
  /** Fails if a page threw an error or violated its content security policy. */
  stop(): Promise<void>;
}

interface PortalOptions {
  settings?: Record<string, string>;
  web?: Partial<WebSettings>;
  /** Connectors besides those of `src`. */
  connectors?: Connector[];
  /** False if nothing is synced. */
  worker?: boolean;
}

export async function startPortalSystem({
  settings,
  web,
  connectors,
  worker = true,
}: PortalOptions = {}): Promise<Portal> {
  const [portalDir, browser] = await Promise.all([builtPortal(), startBrowser()]);
  const system = await startSystem(settings, { portalDir, ...web }, connectors);
  if (worker) await system.startWorker();
  const server = createHttpServer((request, node) => system.app.fetch(request, node));
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const pageErrors: string[] = [];
  const open = async (options: BrowserContextOptions = {}) => {
    const context = await browser.newContext({ baseURL: url, locale: "en-GB", viewport: DESKTOP, ...options });
    context.setDefaultTimeout(ACTION_TIMEOUT_MS);
    context.on("weberror", (error) => pageErrors.push(error.error().message));
    context.on("console", (message) => {
      if (message.text().includes("Content Security Policy")) pageErrors.push(message.text());
    });
    const page = await context.newPage();
    await page.goto("/");
    return page;
  };
  return {
    system,
    browser,
    url,
    open,
    signedIn: async (options, apiKey = system.apiKey) => {
      const page = await open(options);
      await signIn(page, apiKey);
      return page;
    },
    stop: async () => {
      await browser.close();
      await drain(server, DRAIN_MS);
      await system.stop();
      expect(pageErrors).toEqual([]);
    },
  };
}

export async function signIn(page: Page, apiKey: string): Promise<void> {
  await page.getByLabel("API key", { exact: true }).fill(apiKey);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("button", { name: "Sign out" }).waitFor();
}

/** Waits for the page with this title. */
export async function expectPage(page: Page, name: string | RegExp): Promise<void> {
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

/** Goes from Routers to the form of a new integration, as the product pages say. */
export async function addIntegration(page: Page, provider: string): Promise<void> {
  await page.getByRole("link", { name: "Set Up Metrics" }).click();
  await expectPage(page, "Data Integrations");
  await page.getByRole("link", { name: "Add Integration" }).click();
  await page.getByRole("link", { name: `Select ${provider}` }).click();
  await expectPage(page, `Add ${provider}`);
}

export const region = (page: Page, name: string) => page.getByRole("region", { name, exact: true });

export const yourSync = (page: Page) => page.getByRole("status", { name: "Your sync" });

export async function expectSynced(page: Page, outcome: string): Promise<void> {
  await yourSync(page).getByText(`Sync done: ${outcome}.`).waitFor({ timeout: SYNC_TIMEOUT_MS });
}

export async function syncNow(page: Page, outcome: string): Promise<void> {
  await page.getByRole("button", { name: "Sync now" }).click();
  await expectSynced(page, outcome);
}

/** Waits until the table has this many rows. */
export async function expectRows(page: Page, table: string, count: number): Promise<void> {
  const row = (index: number) => `tr:nth-child(${index})`;
  await page
    .getByRole("table", { name: table, exact: true })
    .locator(`tbody:has(${row(count)}):not(:has(${row(count + 1)}))`)
    .waitFor();
}
