// A real server process with a local upstream, for clients of every kind.
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { inject } from "vitest";
import { startLocalUpstream, type LocalUpstream } from "../../../dev/standins/upstream/server.ts";
import { createPostgresStore } from "../../../src/store/createStore.ts";
import type { Store } from "../../../src/store/store.ts";
import { createTestDatabase, type TestDatabase } from "../store/testDatabase.ts";

const SCRIPT = fileURLToPath(new URL("../system/serverProcess.ts", import.meta.url));
const SECRET_KEY = Buffer.alloc(32, 7);

export interface RunningProcess {
  url: string;
  pid: number;
  kill: () => Promise<void>;
  /** SIGTERM. Resolves when the process has ended. */
  drain: () => Promise<void>;
}

export interface ServerHarness {
  database: TestDatabase;
  store: Store;
  upstream: LocalUpstream;
  workspace: { workspaceId: string; apiKey: string };
  /** A server process and where it listens. `settings`: further ones, by their names in the environment. */
  start(settings?: Record<string, string>): Promise<RunningProcess>;
  close(): Promise<void>;
}

export async function startServerHarness(): Promise<ServerHarness> {
  const database = await createTestDatabase();
  const upstream = await startLocalUpstream();
  const store = createPostgresStore({
    databaseUrl: database.url,
    secretKeys: [SECRET_KEY],
    sealGraceMs: 0,
    exposureMaxAgeDays: 90,
    exposureRetentionDays: 120,
    importLookbackDays: 30,
  });
  const running = new Set<ChildProcess>();
  const end = async (child: ChildProcess, signal: "SIGKILL" | "SIGTERM" = "SIGKILL") => {
    if (!running.delete(child)) return;
    const exited = once(child, "exit");
    child.kill(signal);
    await exited;
  };
  return {
    database,
    store,
    upstream,
    workspace: await store.workspaces.create("one"),
    async start(settings = {}) {
      const child = spawn(process.execPath, ["--import", "tsx", SCRIPT], {
        env: {
          ...process.env,
          DATABASE_URL: database.url,
          TEMPORAL_ADDRESS: inject("temporalAddress"),
          CROSSCURRENT_SECRET_KEY: SECRET_KEY.toString("base64"),
          GATEWAY_ALLOWED_HOSTS: new URL(upstream.origin).host,
          PORT: "0",
          LOG_LEVEL: "error",
          ...settings,
        },
        stdio: ["pipe", "pipe", "inherit"],
      });
      running.add(child);
      const [line] = (await once(child.stdout, "data")) as [Buffer];
      return {
        url: line.toString().trim(),
        pid: child.pid ?? 0,
        kill: () => end(child),
        drain: () => end(child, "SIGTERM"),
      };
    },
    async close() {
      await Promise.all([...running].map((child) => end(child)));
      await Promise.all([upstream.stop(), store.close()]);
      await database.drop();
    },
  };
}

/** A router with one route and these models as variants, over the API. */
export async function createRouter(url: string, apiKey: string, baseUrl: string, models: string[]): Promise<void> {
  const variants = models.map((model) => ({ id: model, weight: 1, upstream: { baseUrl, model, apiKey: "sk-local" } }));
  const answer = await fetch(`${url}/v1/routers`, {
    method: "POST",
    headers: { authorization: `Basic ${apiKey}`, "content-type": "application/json" },
    body: JSON.stringify({ id: "my-router", routes: [{ id: "default", variants }] }),
  });
  if (answer.status !== 201) throw new Error(`no router: ${await answer.text()}`);
}
