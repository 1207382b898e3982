// Temporal hangs: calls that signal are answered within their deadline, and the reconciler's work goes on after it.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Connection } from "@temporalio/client";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { startTemporal, type Temporal } from "../../dev/services/temporal.ts";
import { connectTemporal, prepareTemporal, type Temporal as Connected } from "../../src/client/connection.ts";
import { eventually } from "../support/eventually.ts";

const ANSWERED_WITHIN_MS = 7_000;
const RECOVERED_WITHIN_MS = 10_000;
const REF = { integrationId: "int_1", workspaceId: "ws_1", provider: "mixpanel" };
const SETTINGS = { taskQueue: "frozen", encryption: { keys: [], encrypts: false } };

let folder: string;
let server: Temporal;
let pid: number;
let before: Connected;
let during: Connected;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "crosscurrent-temporal-"));
  server = await startTemporal({ stateDir: folder });
  pid = (JSON.parse(readFileSync(join(folder, "temporal.pid"), "utf8")) as { child: { pid: number } }).child.pid;
  vi.stubEnv("TEMPORAL_ADDRESS", server.address);
  await prepareTemporal(SETTINGS, 3_600_000);
  before = connectTemporal(SETTINGS);
  await before.control.start(REF);
});
afterAll(async () => {
  process.kill(pid, "SIGCONT");
  await Promise.all([before.close(), during.close()]);
  await server.stop();
  rmSync(folder, { recursive: true });
  vi.unstubAllEnvs();
});

/** Whether Temporal itself is back: it takes its time. */
async function answers(address: string): Promise<boolean> {
  try {
    const connection = await Connection.connect({ address, connectTimeout: 1_000 });
    await connection.workflowService.describeNamespace({ namespace: "default" });
    await connection.close();
    return true;
  } catch {
    return false;
  }
}

test("every call ends within its deadline, whether it was connected before or not", async () => {
  process.kill(pid, "SIGSTOP");
  during = connectTemporal(SETTINGS);
  for (const { control, ready } of [before, during]) {
    const startedMs = performance.now();
    const calls = [control.syncNow(REF, "sync_1"), control.status("int_1"), control.end("int_1"), ready()];
    const results = await Promise.allSettled(calls);
    expect(results.map(({ status }) => status)).toEqual(calls.map(() => "rejected"));
    expect(performance.now() - startedMs).toBeLessThan(ANSWERED_WITHIN_MS);
  }
  process.kill(pid, "SIGCONT");
  await eventually(() => answers(server.address));
  for (const { control } of [before, during]) {
    await eventually(
      () =>
        control.start(REF).then(
          () => true,
          () => false,
        ),
      undefined,
      RECOVERED_WITHIN_MS,
    );
  }
});
