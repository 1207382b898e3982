// Programs from PyPI in a virtualenv of the project: pinned, installed once, shared by all processes.
import { appendFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { LOCAL_DIR } from "../paths.ts";
import { withLock } from "../process/lock.ts";
import { failureText } from "../process/program.ts";

export interface PythonPackages {
  /** The folder of the virtualenv's programs, e.g. `python`. */
  binDir: string;
}

export interface PythonOptions {
  /** The folder of the virtualenv; default: one for all of the project. */
  venvDir?: string;
  /** The interpreter that creates it; default: `python3`. */
  python?: string;
  onLog?: (line: string) => void;
}

const VENV_DIR = join(LOCAL_DIR, "venv");
const INSTALL_WITHIN_MS = 300_000;

/** Installs the missing pins (`name==version`). Returns the folder of their programs. */
export async function pythonPackages(pins: string[], options: PythonOptions = {}): Promise<PythonPackages> {
  const venvDir = options.venvDir ?? VENV_DIR;
  const binDir = join(venvDir, "bin");
  if (missing(venvDir, pins).length === 0) return { binDir };
  mkdirSync(venvDir, { recursive: true });
  await withLock(`${venvDir}.lock`, "the project's virtualenv", INSTALL_WITHIN_MS, async () => {
    const wanted = missing(venvDir, pins);
    if (wanted.length === 0) return;
    options.onLog?.(`installing ${wanted.join(", ")} into ${venvDir}`);
    if (!existsSync(join(binDir, "pip"))) await createVenv(venvDir, options.python ?? "python3");
    await install(binDir, wanted);
    appendFileSync(join(venvDir, NOTES), `${wanted.join("\n")}\n`);
  });
  return { binDir };
}

/** Lists the pins whose installation was completed. An interrupted installation is repeated. */
const NOTES = "crosscurrent-pins.txt";

function noted(venvDir: string): string[] {
  const path = join(venvDir, NOTES);
  return existsSync(path) ? readFileSync(path, "utf8").trim().split("\n") : [];
}

function missing(venvDir: string, pins: string[]): string[] {
  const there = new Set(noted(venvDir));
  return pins.filter((pin) => !there.has(pin));
}

async function createVenv(venvDir: string, python: string): Promise<void> {
  try {
    await execa(python, ["-m", "venv", venvDir], { timeout: INSTALL_WITHIN_MS });
  } catch (error) {
    throw new Error(
      `Creating a Python virtualenv failed: ${reason(error)}. Install Python 3.11 or later with its venv module ` +
        `(Debian: apt-get install python3 python3-venv), so that \`${python} -m venv\` works.`,
      { cause: error },
    );
  }
}

async function install(binDir: string, pins: string[]): Promise<void> {
  const args = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input", ...pins];
  try {
    await execa(join(binDir, "python"), args, { timeout: INSTALL_WITHIN_MS });
  } catch (error) {
    throw new Error(
      `Installing ${pins.join(", ")} from PyPI failed: ${reason(error)}. Check that this machine reaches PyPI or a mirror (pip's own settings apply).`,
      { cause: error },
    );
  }
}

/** The last lines of the output: Python tools put the reason there. */
function reason(error: unknown): string {
  return failureText(error).split("\n").slice(-5).join(" | ");
}
