// Where the project keeps what it makes on this machine, the same from source as compiled.
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";

/** Data of the development stack, test runs, installed programs; deleting it loses nothing that cannot be made again. */
export const LOCAL_DIR = join(projectDir(import.meta.dirname), ".crosscurrent");

function projectDir(folder: string): string {
  if (existsSync(join(folder, "package.json")) || dirname(folder) === folder) return folder;
  return projectDir(dirname(folder));
}
