// The command as operators run it, against PostgreSQL and Temporal; the server in a process of its own.
import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { createPostgresStore } from "../../src/store/createStore.ts";
import type { Store } from "../../src/store/store.ts";
import { type Ended, runCommand } from "../support/cli/runCommand.ts";
import { eventually } from "../support/eventually.ts";
import { createTestDatabase, type TestDatabase } from "../support/store/testDatabase.ts";

const MAIN = resolve(import.meta.dirname, "../../src/cli/main.ts");
const SECRET_KEY = Buffer.alloc(32, 3).toString("base64");
const TASK_QUEUE = `cli-test-${process.pid}`;

let database: TestDatabase;
let store: Store;
beforeAll(async () => {
  database = await createTestDatabase();
  store = createPostgresStore({
    databaseUrl: database.url,
    secretKeys: [Buffer.alloc(32, 3)],
    sealGraceMs: 0,
    exposureMaxAgeDays: 90,
    exposureRetentionDays: 120,
    importLookbackDays: 30,
  });
});
afterAll(async () => {
  await store.close();
  await database.drop();
});

const settings = () => ({
  DATABASE_URL: database.url,
  TEMPORAL_ADDRESS: inject("temporalAddress"),
  TEMPORAL_TASK_QUEUE: TASK_QUEUE,
  PORT: "0",
});

const run = (args: string[], env: Record<string, string> = settings()) => runCommand(args, env);

/** A command in a process of its own. */
function start(args: string[], env: Record<string, string>): ChildProcessWithoutNullStreams {
  const own = { PATH: process.env.PATH ?? "", HOME: process.env.HOME ?? "", ...env };
  return spawn(process.execPath, ["--import", "tsx", MAIN, ...args], { env: own });
}

async function ended(child: ChildProcessWithoutNullStreams): Promise<Ended> {
  const texts = { stdout: "", stderr: "" };
  child.stdout.on("data", (chunk: Buffer) => (texts.stdout += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (texts.stderr += chunk.toString()));
  const [code] = (await once(child, "close")) as [number | null];
  return { code, ...texts };
}

async function newIntegration(projectId: string): Promise<{ workspaceId: string; id: string }> {
  const { workspaceId } = await store.workspaces.create("w");
  const input = {
    provider: "mixpanel",
    settings: { projectId, region: "us", projectTime: "utc", serviceAccountUsername: "u" },
    secret: "s3cret",
    importFrom: null,
    project: { key: projectId, name: projectId },
    deliversUpdates: false,
  };
  const { id } = await store.integrations.create(workspaceId, input);
  return { workspaceId, id };
}

describe("wrong calls", () => {
  test.each([
    [[]],
    [["nonsense"]],
    [["server", "--nonsense"]],
    [["workspace", "create"]],
    [["workspace", "create", "  "]],
    [["integration", "status"]],
    [["integration", "status", "a b"]],
    [["integration", "pause", "id", "extra"]],
  ])("%j: usage on stderr, exit code 2", async (args) => {
    const { code, stdout, stderr } = await run(args);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(/Usage: crosscurrent/);
  });

  test("bad settings: all of them, exit code 2, no value", async () => {
    const { code, stderr } = await run(["server"], { DATABASE_URL: "mysql://u:hunter2@x/y", PORT: "http" });
    expect(code).toBe(2);
    for (const name of ["DATABASE_URL", "PORT", "CROSSCURRENT_SECRET_KEY"]) expect(stderr).toContain(name);
    expect(stderr).not.toMatch(/hunter2|\n\s+at /);
  });

  test("a database that cannot be reached: exit code 1 and a reason without the password", async () => {
    const { code, stderr } = await run(["workspace", "create", "x"], {
      DATABASE_URL: "postgresql://u:hunter2@127.0.0.1:1/x",
    });
    expect(code).toBe(1);
    expect(stderr).toContain("ECONNREFUSED");
    expect(stderr).not.toMatch(/hunter2|\n\s+at /);
  });

  test("--help: exit code 0", async () => {
    const { code, stdout } = await run(["--help"], {});
    expect(code).toBe(0);
    for (const command of ["dev", "server", "worker", "migrate", "workspace", "integration"])
      expect(stdout).toContain(command);
  });
});

test("migrate is idempotent", async () => {
  for (const _ of [1, 2]) {
    const { code, stdout } = await run(["migrate"]);
    expect([code, Object.keys(JSON.parse(stdout) as object)]).toEqual([0, ["migrations", "searchAttributes"]]);
  }
});

test("workspace create prints one JSON line, and the key works", async () => {
  const { code, stdout } = await run(["workspace", "create", "acme"]);
  expect([code, stdout.trim().split("\n").length]).toEqual([0, 1]);
  const { workspaceId, apiKey } = JSON.parse(stdout) as { workspaceId: string; apiKey: string };
  expect(await store.keys.authenticate(apiKey)).toMatchObject({ workspaceId, scopes: ["admin"] });
});

describe("integration", () => {
  const json = async (args: string[]) => {
    const { code, stdout, stderr } = await run(["integration", ...args, "--json"]);
    if (code !== 0) throw new Error(`exit code ${code}: ${stderr}`);
    return stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  };

  test("list, status, start, pause, resume: of any workspace, without secrets", async () => {
    await run(["migrate"]);
    const one = await newIntegration("11");
    const two = await newIntegration("12");
    const listed = await json(["list"]);
    expect(listed).toEqual(expect.arrayContaining([one, two].map((row) => expect.objectContaining(row) as object)));
    expect(JSON.stringify(listed)).not.toContain("s3cret");
    expect(await json(["status", one.id])).toMatchObject([{ ...one, status: "idle", workflow: "not running" }]);
    expect(await json(["start", one.id])).toMatchObject([one]);
    expect(await json(["pause", one.id])).toMatchObject([{ ...one, status: "paused" }]);
    expect(await store.integrations.find(one.id)).toMatchObject({ paused: true });
    expect(await json(["resume", one.id])).toMatchObject([{ ...one, status: "idle" }]);
    expect(await store.integrations.find(one.id)).toMatchObject({ paused: false });
    const readable = await run(["integration", "status", two.id]);
    expect(readable.stdout).toContain(`${two.id}  idle\n`);
    expect(readable.stdout).toContain("projectId: 12");
  });

  test("an unknown integration: exit code 1", async () => {
    for (const name of ["status", "start", "pause", "resume", "sync-now", "resend"]) {
      const { code, stderr } = await run(["integration", name, "int_unknown"]);
      expect([name, code, stderr.trim()]).toEqual([name, 1, "There is no integration int_unknown."]);
    }
  });

  test("sync-now: refused while paused, queued at once, and waited for", async () => {
    await run(["migrate"]);
    const { workspaceId, id } = await newIntegration("13");
    await store.integrations.setPaused(workspaceId, id, true);
    expect(await run(["integration", "sync-now", id])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("paused") as string,
    });
    await store.integrations.setPaused(workspaceId, id, false);
    const [queued] = await json(["sync-now", id]);
    expect(queued).toMatchObject({ status: "queued", requestId: expect.any(String) as string });
    for (const [outcome, exitCode] of [
      ["succeeded", 0],
      ["partial", 1],
    ] as const) {
      const ending = run(["integration", "sync-now", id, "--wait", "--json"]);
      await serveRequests(id, workspaceId, outcome, ending);
      const { code, stdout } = await ending;
      expect([code, JSON.parse(stdout)]).toMatchObject([exitCode, { status: "done", outcome }]);
    }
  });

  test("resend: refused while the export is off, queued for all days or from one on, and waited for", async () => {
    await run(["migrate"]);
    const { workspaceId, id } = await newIntegration("14");
    const resend = (...options: string[]) => run(["integration", "resend", id, ...options]);
    expect(await resend()).toMatchObject({ code: 1, stderr: expect.stringContaining("is off") as string });
    await store.integrations.update(workspaceId, id, { exportEnabled: true });
    const noDay = await resend("--from", "2026-02-30");
    expect([noDay.code === 0, noDay.stderr]).toEqual([false, expect.stringContaining("must be a calendar day")]);
    const [queued] = await json(["resend", id, "--from", "2026-01-31"]);
    expect(queued).toMatchObject({ status: "queued", requestId: expect.any(String) as string });
    expect(await store.exports.options(id)).toEqual({ resends: 1, withUsage: false });
    const ending = resend("--wait", "--json");
    await serveRequests(id, workspaceId, "succeeded", ending);
    const { code, stdout } = await ending;
    expect([code, JSON.parse(stdout)]).toMatchObject([0, { status: "done", outcome: "succeeded" }]);
  });

  /** Stands in for a worker: marks whatever is queued as done, until the command has ended. */
  async function serveRequests(
    id: string,
    workspaceId: string,
    outcome: "succeeded" | "partial",
    until: Promise<unknown>,
  ): Promise<void> {
    let isOver = false;
    void until.finally(() => (isOver = true));
    let runs = 0;
    const serve = async () => {
      const found = (await store.syncState.behind(100)).find(({ integrationId }) => integrationId === id);
      const requestIds = found === undefined || found.requestId === null ? [] : [found.requestId];
      const runId = `${outcome}-${runs++}`;
      const startedAtMs = await store.nowMs();
      const started = { integrationId: id, runId, startedAtMs, requestIds, directions: [] };
      if (requestIds.length > 0) await store.runs.record({ ...started, finished: { atMs: startedAtMs + 1, outcome } });
    };
    await eventually(serve, () => isOver);
  }
});

describe("server", () => {
  test("serves, is ready, drains on SIGTERM and exits 0; logs are JSON lines", async () => {
    const child = start(["server"], { ...settings(), CROSSCURRENT_SECRET_KEY: SECRET_KEY });
    const ending = ended(child);
    const url = await untilUp(child);
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
    expect((await fetch(`${url}/v1/integrations`)).status).toBe(401);
    child.kill("SIGTERM");
    const { code, stdout, stderr } = await ending;
    expect([code, stdout]).toEqual([0, ""]);
    for (const line of stderr.trim().split("\n")) expect(JSON.parse(line)).toHaveProperty("msg");
  });

  test("bad settings end it with exit code 2", async () => {
    expect(await ended(start(["server"], { PORT: "http" }))).toMatchObject({ code: 2, stdout: "" });
  });

  test("is up, but not ready, without Temporal", async () => {
    const env = { ...settings(), CROSSCURRENT_SECRET_KEY: SECRET_KEY, TEMPORAL_ADDRESS: "127.0.0.1:1" };
    const child = start(["server"], env);
    const ending = ended(child);
    const url = await untilUp(child);
    const answer = await fetch(`${url}/readyz`);
    expect([
      answer.status,
      ((await answer.json()) as { errors: { path: string }[] }).errors.map(({ path }) => path),
    ]).toEqual([503, ["temporal"]]);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    child.kill("SIGTERM");
    expect(await ending).toMatchObject({ code: 0 });
  });

  /** The address it logs when it is up. */
  function untilUp(child: ChildProcessWithoutNullStreams): Promise<string> {
    let text = "";
    return new Promise((done, fail) => {
      child.once("close", () => fail(new Error(`the server ended: ${text}`)));
      child.stderr.on("data", (chunk: Buffer) => {
        text += chunk.toString();
        const url = /"url":"([^"]+)"/.exec(text)?.[1];
        if (url !== undefined) done(url);
      });
    });
  }
});
