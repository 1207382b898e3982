// Histories of workers without traces and encryption replay with both: operators switch them on under running workflows.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { Worker } from "@temporalio/worker";
import { afterAll, beforeAll, expect, it } from "vitest";
import { writeWorkflowBundle } from "../../dev/stack/workflowBundle.ts";
import { quietRuntime } from "../support/workflows/scenario.ts";

const HISTORIES = join(import.meta.dirname, "histories");
const newest = readdirSync(HISTORIES).toSorted().at(-1)!;
const folder = mkdtempSync(join(tmpdir(), "crosscurrent-bundle-"));
const codePath = join(folder, "bundle.js");
/** What workflows tell of spans while they replay is not wanted. */
const told: unknown[] = [];
const sinks = { tracing: { span: { fn: (_: unknown, span: unknown) => void told.push(span) } } };

beforeAll(async () => {
  quietRuntime();
  await writeWorkflowBundle(codePath, { isTraced: true, isEncrypted: true });
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true }));

it.each(readdirSync(join(HISTORIES, newest)))(`replays ${newest}/%s`, { timeout: 300_000 }, async (file) => {
  const history: unknown = JSON.parse(gunzipSync(readFileSync(join(HISTORIES, newest, file))).toString());
  await expect(Worker.runReplayHistory({ workflowBundle: { codePath }, sinks }, history)).resolves.toBeUndefined();
  expect(told).toEqual([]);
});
