// Checks pages for accessibility and for narrow screens, and takes screenshots for the docs and for review.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "playwright-core";
import { expect } from "vitest";
import { LOCAL_DIR } from "../../../dev/paths.ts";
import { DESKTOP } from "./portal.ts";

const NARROW = { width: 375, height: 800 };
const PICTURE_WIDTH = 900;
const LAYOUT_TIMEOUT_MS = 3_000;
const { DOCS_SCREENSHOTS } = process.env;
const IMAGES_DIR = join(import.meta.dirname, "../../../docs/images");
const REVIEW_DIR = join(LOCAL_DIR, "screenshots");

/** Takes a screenshot for the docs, in `npm run docs:screenshots` alone. */
export async function takePicture(page: Page, name: string, height = 620): Promise<void> {
  if (DOCS_SCREENSHOTS === undefined) return;
  await page.setViewportSize({ width: PICTURE_WIDTH, height });
  await page.screenshot({ path: join(IMAGES_DIR, `${name}.png`) });
  await page.setViewportSize(DESKTOP);
}

/** Takes a screenshot for review, in the same run. */
async function takeReviewScreenshot(page: Page, name: string): Promise<void> {
  if (DOCS_SCREENSHOTS === undefined) return;
  mkdirSync(REVIEW_DIR, { recursive: true });
  await page.evaluate("scrollTo(0, 0)");
  await page.screenshot({ path: join(REVIEW_DIR, `${name.replaceAll(/\W+/g, "-")}.png`), fullPage: true });
}

/** Returns the serious and critical findings of axe. */
async function seriousFindings(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html.slice(0, 200)} ${node.failureSummary ?? ""}`));
}

/** Runs in the page: returns the elements that make it scroll sideways, the outermost first. */
const FIND_OVERFLOW = `(() => {
  const { scrollWidth, clientWidth } = document.documentElement;
  if (scrollWidth <= clientWidth) return [];
  const beyond = [...document.querySelectorAll("body *")].filter((one) => one.getBoundingClientRect().right > clientWidth);
  return [scrollWidth + " px", ...beyond.slice(0, 9).map((one) => one.outerHTML.slice(0, 150))];
})()`;

interface CheckOptions {
  /** Checks the dark colour scheme too. */
  dark?: boolean;
}

/** Expects no serious finding of axe, and no sideways scrolling on a phone. */
export async function expectAccessible(page: Page, what: string, { dark = false }: CheckOptions = {}): Promise<void> {
  for (const colorScheme of dark ? (["dark", "light"] as const) : (["light"] as const)) {
    await page.emulateMedia({ colorScheme });
    await page.locator(`html[data-mantine-color-scheme="${colorScheme}"]`).waitFor();
    await takeReviewScreenshot(page, `${what}-${colorScheme}`);
    expect(await seriousFindings(page), `${what}, ${colorScheme}`).toEqual([]);
  }
  const before = page.viewportSize() ?? DESKTOP;
  await page.setViewportSize(NARROW);
  await takeReviewScreenshot(page, `${what}-narrow`);
  // Charts adapt to the new width with a delay.
  const overflow = () => page.evaluate<string[]>(FIND_OVERFLOW);
  await expect
    .poll(overflow, { message: `${what}: too wide for a narrow screen`, timeout: LAYOUT_TIMEOUT_MS })
    .toEqual([]);
  await page.setViewportSize(before);
}
