// Chooses the user that the embedded PostgreSQL runs as, because it refuses to run as root.
import { execFileSync } from "node:child_process";
import { accessSync, constants, statSync } from "node:fs";
import { dirname } from "node:path";

/** How to start a PostgreSQL program; `prefix` comes before the command. */
export interface RunAs {
  uid: number | undefined;
  gid: number | undefined;
  prefix: string[];
}

const USER = "postgres";

/** For root: the user `postgres`, created if missing, with access to all given paths. Otherwise the current user. */
export function postgresUser(paths: string[]): RunAs {
  if (process.getuid?.() !== 0) return { uid: undefined, gid: undefined, prefix: [] };
  const { uid, gid } = findUser() ?? createUser();
  const closed = paths.flatMap(parents).find((folder) => (statSync(folder).mode & 0o001) === 0);
  if (closed === undefined) return { uid, gid, prefix: [] };
  // For example a clone below /root, which the user may enter only with the capability to read all folders.
  const setpriv = "/usr/bin/setpriv";
  if (!isExecutable(setpriv)) {
    throw new Error(
      `PostgreSQL runs as the user "${USER}" (it refuses to run as root), who cannot enter ${closed}. ` +
        `Allow it (chmod o+x ${closed}), or set DATABASE_URL to a PostgreSQL of your own.`,
    );
  }
  const capability = "+dac_read_search";
  return {
    uid: undefined,
    gid: undefined,
    prefix: [
      setpriv,
      `--reuid=${uid}`,
      `--regid=${gid}`,
      "--clear-groups",
      `--inh-caps=${capability}`,
      `--ambient-caps=${capability}`,
      "--",
    ],
  };
}

function findUser(): { uid: number; gid: number } | null {
  try {
    const id = (flag: string) =>
      Number(execFileSync("id", [flag, USER], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }));
    return { uid: id("-u"), gid: id("-g") };
  } catch {
    return null;
  }
}

function createUser(): { uid: number; gid: number } {
  try {
    execFileSync("groupadd", ["--system", USER], { stdio: "pipe" });
    execFileSync("useradd", ["--system", "--no-create-home", "--gid", USER, USER], { stdio: "pipe" });
  } catch (error) {
    // Another process may have created the user at the same time.
    const created = findUser();
    if (created !== null) return created;
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(
      `PostgreSQL refuses to run as root and the user "${USER}" could not be created: ${reason}. ` +
        `Create it, run this as another user, or set DATABASE_URL to a PostgreSQL of your own.`,
      { cause: error },
    );
  }
  const user = findUser();
  if (user === null) throw new Error(`the user "${USER}" was created but cannot be found`);
  return user;
}

/** All folders above a path. */
function parents(path: string): string[] {
  const parent = dirname(path);
  return parent === path ? [] : [parent, ...parents(parent)];
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
