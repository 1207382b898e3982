// What pages of the Portal look like, to everybody: what axe finds, what is too wide for a telephone, pictures for docs/ and for eyes.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "playwright-core";
import { expect } from "vitest";
import { LOCAL_DIR } from "../../../dev/paths.ts";
import { DESKTOP } from "./portal.ts";

const NARROW = { width: 375, height: 800 };
const PICTURE_WIDTH = 900;
const SETTLED_WITHIN_MS = 3_000;
const { DOCS_SCREENSHOTS } = process.env;
const IMAGES_DIR = join(import.meta.dirname, "../../../docs/images");
const LOOKS_DIR = join(LOCAL_DIR, "screenshots");

/** Of `npm run docs:screenshots`: the pictures of the set-up pages. */
export async function picture(page: Page, name: string, height = 620): Promise<void> {
  if (DOCS_SCREENSHOTS === undefined) return;
  await page.setViewportSize({ width: PICTURE_WIDTH, height });
  await page.screenshot({ path: join(IMAGES_DIR, `${name}.png`) });
  await page.setViewportSize(DESKTOP);
}

/** Of the same run: every page for the eyes of whoever changes it. */
async function lookAt(page: Page, name: string): Promise<void> {
  if (DOCS_SCREENSHOTS === undefined) return;
  mkdirSync(LOOKS_DIR, { recursive: true });
  await page.evaluate("scrollTo(0, 0)");
  await page.screenshot({ path: join(LOOKS_DIR, `${name.replaceAll(/\W+/g, "-")}.png`), fullPage: true });
}

/** What axe finds serious or critical, in the words of its rules. */
async function seriousFindings(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html.slice(0, 200)} ${node.failureSummary ?? ""}`));
}

/** What makes the page scroll sideways, outermost first: what scrolls within itself may be as wide as it likes. */
const BEYOND_THE_SCREEN = `(() => {
  const { scrollWidth, clientWidth } = document.documentElement;
  if (scrollWidth <= clientWidth) return [];
  const beyond = [...document.querySelectorAll("body *")].filter((one) => one.getBoundingClientRect().right > clientWidth);
  return [scrollWidth + " px", ...beyond.slice(0, 9).map((one) => one.outerHTML.slice(0, 150))];
})()`;

interface Looks {
  /** In the dark scheme as well. */
  dark?: boolean;
}

/** Nothing serious for those who see little or nothing; no sideways scrolling on a telephone. */
export async function expectAccessible(page: Page, what: string, { dark = false }: Looks = {}): Promise<void> {
  for (const colorScheme of dark ? (["dark", "light"] as const) : (["light"] as const)) {
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
