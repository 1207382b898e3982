// The whole development stack: killed with everything in it, it comes back with its data; a worker can be killed
// alone.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { BigQueryControl } from "../../dev/standins/bigquery/control.ts";
import { crosscurrent, runToEnd } from "../../dev/process/program.ts";
import { identify } from "../../dev/process/processTable.ts";
import { startStack, type Stack } from "../../dev/stack/stack.ts";
import { eventually } from "../support/eventually.ts";
import { startScript } from "../support/dev/script.ts";

let dataDir: string;
let stack: Stack | undefined;

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), "crosscurrent-stack-"));
});
afterEach(async () => {
  await stack?.stop();
  stack = undefined;
  rmSync(dataDir, { recursive: true, force: true });
});

const created = z.object({ workspaceId: z.string(), apiKey: z.string() });
const claimed = z.object({ child: z.object({ pid: z.number() }) });
const printed = z.object({ env: z.record(z.string(), z.string()) });

async function statusWith(apiUrl: string, apiKey: string): Promise<number> {
  const answer = await fetch(`${apiUrl}/v1/integrations`, { headers: { authorization: `Bearer ${apiKey}` } });
  await answer.body?.cancel();
  return answer.status;
}

/** Null while there is none. */
function workerPid(): number | null {
  const path = join(dataDir, "worker.pid");
  const text = existsSync(path) ? readFileSync(path, "utf8") : "";
  return text === "" ? null : claimed.parse(JSON.parse(text)).child.pid;
}

const steps: string[] = [];

const start = async (fresh: boolean) => {
  const env = { ...process.env, DATABASE_URL: "" };
  stack = await startStack({ dataDir, fresh, env, onStep: (step) => steps.push(step) });
  return stack;
};

describe("startStack", () => {
  it("comes back with its data after a SIGKILL, restarts its worker, and is emptied by `fresh`", async () => {
    const script = await startScript(`
      import { startStack } from "./dev/stack/stack.ts";
      const env = { ...process.env, DATABASE_URL: "" };
      const { env: settings } = await startStack({ dataDir: ${JSON.stringify(dataDir)}, fresh: false, env, onStep: () => {} });
      console.log(JSON.stringify({ env: settings }));`);
    const { env } = printed.parse(script.first);
    await expect(start(false)).rejects.toThrow(`The development stack is in use: process ${script.pid}`);
    const output = await runToEnd(crosscurrent("workspace", "create", "kept"), env, "Creating a workspace");
    const { apiKey } = created.parse(JSON.parse(output));
    const bigQuery = new BigQueryControl(env["BIGQUERY_REST_URL"] ?? "");
    await bigQuery.createDataset("kept-project", "kept");
    await bigQuery.close();
    await script.kill("SIGKILL");

    const second = await start(false);
    expect(await statusWith(second.apiUrl, apiKey)).toBe(200);
    expect(second.env["CROSSCURRENT_SECRET_KEY"]).toBe(env["CROSSCURRENT_SECRET_KEY"]);
    expect(statSync(join(dataDir, "secret-key")).mode & 0o777).toBe(0o600);
    expect(await second.bigQuery.control.datasets("kept-project")).toHaveLength(1);
    expect(second.env["GOOGLE_SOURCE_TOKEN"]).toBe(env["GOOGLE_SOURCE_TOKEN"]);
    await second.killWorker("SIGKILL");
    await second.startWorker();
    // Whoever kills one by hand sees it come back, and is told.
    const killed = workerPid();
    if (killed === null) throw new Error("There is no worker to kill.");
    process.kill(killed, "SIGKILL");
    await eventually(() => steps.at(-1) === "the worker ended (SIGKILL); starting it again");
    await eventually(() => ![null, killed].includes(workerPid()));
    await second.stop();
    await expect(fetch(second.apiUrl)).rejects.toThrow("fetch failed");

    const third = await start(true);
    expect(await statusWith(third.apiUrl, apiKey)).toBe(401);
    expect(await third.bigQuery.control.datasets("kept-project")).toEqual([]);
  }, 240_000);

  it("leaves nothing running when a part of it does not start", async () => {
    const env = { ...process.env, DATABASE_URL: "", LOG_LEVEL: "no such level" };
    const seen = new Set<number>();
    const claims = () =>
      [dataDir, join(dataDir, "bigquery")].flatMap((folder) =>
        readdirSync(folder)
          .filter((file) => file.endsWith(".pid") && file !== "stack.pid")
          .map((file) => join(folder, file)),
      );
    const note = () => {
      for (const path of claims()) {
        const { child } = claimed.parse(JSON.parse(readFileSync(path, "utf8")));
        seen.add(child.pid);
      }
    };
    const starting = startStack({ dataDir, fresh: false, env, onStep: (step) => step === "migrating" && note() });
    await expect(starting).rejects.toThrow(/The migration failed: [^]*LOG_LEVEL/);
    expect(seen.size).toBe(6);
    for (const pid of seen) expect(identify(pid)).toBeNull();
    expect([...claims(), ...readdirSync(dataDir).filter((name) => name === "stack.pid")]).toEqual([]);
  }, 120_000);
});
