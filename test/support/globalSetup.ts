// Brings PostgreSQL and Temporal up once for a whole test run; the tests get their addresses by `inject`.
import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import pg from "pg";
import type { TestProject } from "vitest/node";
import { LOCAL_DIR } from "../../dev/paths.ts";
import { reapOrphan } from "../../dev/process/pidFile.ts";
import { identify } from "../../dev/process/processTable.ts";
import { startPostgres } from "../../dev/services/postgres.ts";
import { startTemporal } from "../../dev/services/temporal.ts";
import { writeWorkflowBundle } from "../../dev/stack/workflowBundle.ts";
import { migrate } from "../../src/store/postgres/migrate.ts";

declare module "vitest" {
  export interface ProvidedContext {
    /** The server's default database; tests make their own with `createTestDatabase`. */
    postgresUrl: string;
    temporalAddress: string;
    /** The registered workflows in one file. */
    workflowBundlePath: string;
  }
}

/** The database that every test database is a copy of. */
export const TEMPLATE_DATABASE = "template_crosscurrent";

const RUNS_DIR = join(LOCAL_DIR, "test");

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  await removeDeadRuns();
  const runDir = join(RUNS_DIR, String(process.pid));
  mkdirSync(runDir, { recursive: true });
  const startedAtMs = Date.now();
  const bundlePath = join(runDir, "workflow-bundle.js");
  const started = await Promise.allSettled([
    startDatabase(runDir),
    startTemporal({ stateDir: runDir }),
    writeWorkflowBundle(bundlePath).then(() => ({ stop: async () => {} })),
  ]);
  const stop = async () => {
    await Promise.allSettled(
      started.map(async (result) => (result.status === "fulfilled" ? await result.value.stop() : undefined)),
    );
    rmSync(runDir, { recursive: true, force: true });
  };
  const [postgres, temporal, bundle] = started;
  if (postgres.status === "rejected" || temporal.status === "rejected" || bundle.status === "rejected") {
    await stop();
    const reasons = started.flatMap((result) => (result.status === "rejected" ? [result.reason as unknown] : []));
    throw new AggregateError(reasons, `Services for the tests did not start:\n${reasons.join("\n")}`);
  }
  project.provide("postgresUrl", postgres.value.url);
  project.provide("temporalAddress", temporal.value.address);
  project.provide("workflowBundlePath", bundlePath);
  console.error(`PostgreSQL and Temporal are up after ${Date.now() - startedAtMs} ms`);
  return stop;
}

/** A server with the migrated template in it. */
async function startDatabase(runDir: string): Promise<{ url: string; stop(): Promise<void> }> {
  const postgres = await startPostgres({ dataDir: join(runDir, "postgres"), durable: false });
  try {
    const template = new URL(postgres.url);
    template.pathname = TEMPLATE_DATABASE;
    const admin = new pg.Client({ connectionString: postgres.url });
    await admin.connect();
    await admin.query(`CREATE DATABASE ${TEMPLATE_DATABASE}`).finally(() => admin.end());
    await migrate(template.href);
    return postgres;
  } catch (error) {
    await postgres.stop();
    throw error;
  }
}

/** What a killed run left behind: its servers and its data. Runs of living processes are not touched. */
async function removeDeadRuns(): Promise<void> {
  mkdirSync(RUNS_DIR, { recursive: true });
  const dead = readdirSync(RUNS_DIR).filter((name) => identify(Number(basename(name))) === null);
  for (const name of dead) {
    const runDir = join(RUNS_DIR, name);
    for (const file of readdirSync(runDir).filter((entry) => entry.endsWith(".pid")))
      await reapOrphan(join(runDir, file), "SIGINT");
    rmSync(runDir, { recursive: true, force: true });
  }
}
