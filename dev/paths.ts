// The folder for everything that the project creates on this machine, the same from source and compiled.
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";

/** Data of the development stack, of test runs, and installed programs. All of it can be created again. */
export const LOCAL_DIR = join(projectDir(import.meta.dirname), ".crosscurrent");

function projectDir(folder: string): string {
  if (existsSync(join(folder, "package.json")) || dirname(folder) === folder) return folder;
  return projectDir(dirname(folder));
}
