// A real Chromium for tests and benchmarks: an installed one, or on Debian as root one that is installed now.
import { execFileSync } from "node:child_process";
import { accessSync, constants, existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { chromium, type Browser } from "playwright-core";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge"];
const PLACES = [
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  String.raw`C:\Program Files\Google\Chrome\Application\chrome.exe`,
  String.raw`C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe`,
];
const INSTALL_WITHIN_MS = 300_000;
/** The browser makes no network requests of its own. */
const ARGS = [
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-first-run",
  "--disable-gpu",
  "--disable-dev-shm-usage",
  "--force-prefers-reduced-motion",
];

/** @example const browser = await startBrowser(); */
export async function startBrowser(): Promise<Browser> {
  const args = process.getuid?.() === 0 ? [...ARGS, "--no-sandbox"] : ARGS;
  return await chromium.launch({ executablePath: installedChromium() ?? install(), args });
}

function installedChromium(): string | undefined {
  const { CHROMIUM_PATH, PATH = "" } = process.env;
  if (CHROMIUM_PATH !== undefined && CHROMIUM_PATH !== "") {
    if (isProgram(CHROMIUM_PATH)) return CHROMIUM_PATH;
    throw new Error(`CHROMIUM_PATH is not a program: ${CHROMIUM_PATH}. Correct it, or unset it to search for one.`);
  }
  const onPath = PATH.split(delimiter).flatMap((folder) => NAMES.map((name) => join(folder, name)));
  return [...onPath, ...PLACES].find(isProgram);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Installs Chromium on Debian as root. Otherwise it throws what to do, so that no test passes by being skipped. */
function install(): string {
  const remedy = "Install Chromium or Chrome, or set CHROMIUM_PATH to one.";
  if (!existsSync("/usr/bin/apt-get") || process.getuid?.() !== 0) {
    throw new Error(
      `The Portal is tested in a browser, and none was found. ${remedy} On Debian: apt-get install chromium`,
    );
  }
  try {
    const options = { stdio: "ignore", timeout: INSTALL_WITHIN_MS } as const;
    execFileSync("apt-get", ["update", "--quiet"], options);
    execFileSync("apt-get", ["install", "--yes", "--no-install-recommends", "chromium"], options);
  } catch (error) {
    throw new Error(`The Portal is tested in a browser, and apt-get could not install one. ${remedy}`, {
      cause: error,
    });
  }
  const found = installedChromium();
  if (found === undefined) throw new Error(`Chromium was installed and is not on the PATH. ${remedy}`);
  return found;
}
