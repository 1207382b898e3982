// Recorded histories still replay: a change of the workflow that running executions cannot follow turns this red
// (README.md here).
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { historyToJSON } from "@temporalio/common/lib/proto-utils.js";
import { Worker } from "@temporalio/worker";
import { beforeAll, describe, expect, inject, it } from "vitest";
import { quietRuntime } from "../support/workflows/scenario.ts";
import { live, SCENARIOS } from "./scenarios.ts";

const HISTORIES = join(import.meta.dirname, "histories");
/** The version whose histories to record: `RECORD_HISTORIES=v3 npx vitest run test/replay`. */
const recording = process.env["RECORD_HISTORIES"];
const LONG_HISTORY_EVENTS = 4_000;

interface HistoryJson {
  events: { eventId: string }[];
}

const files = (version: string) => readdirSync(join(HISTORIES, version));
const nameOf = (file: string) => file.replace(/\.\d+\.json\.gz$/, "");
const read = (version: string, file: string) =>
  JSON.parse(gunzipSync(readFileSync(join(HISTORIES, version, file))).toString()) as HistoryJson;

/** Stacks name the folders of the machine that recorded them. */
function withoutStacks(json: string): string {
  const history: unknown = JSON.parse(json, (key, value: unknown) => (key === "stackTrace" ? "" : value));
  return JSON.stringify(history);
}

beforeAll(quietRuntime);

describe.runIf(recording !== undefined)("recording", () => {
  it("lives every scenario and keeps its history", { timeout: 900_000 }, async () => {
    const folder = join(HISTORIES, recording!);
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    for (const name of Object.keys(SCENARIOS)) {
      for (const [index, history] of (await live(name)).entries()) {
        const json = gzipSync(withoutStacks(historyToJSON(history)), { level: 9 });
        writeFileSync(join(folder, `${name}.${index + 1}.json.gz`), json);
      }
    }
    expect(new Set(files(recording!).map(nameOf)).size).toBe(Object.keys(SCENARIOS).length);
  });
});

describe.skipIf(recording !== undefined)("histories", () => {
  const versions = readdirSync(HISTORIES).toSorted();
  const newest = versions.at(-1)!;

  it("holds every scenario in the newest version, and nothing else", () => {
    expect([...new Set(files(newest).map(nameOf))].toSorted()).toEqual(Object.keys(SCENARIOS).toSorted());
  });

  it(`has one of more than ${LONG_HISTORY_EVENTS} events in one execution`, () => {
    expect(read(newest, "long-backfill.1.json.gz").events.length).toBeGreaterThan(LONG_HISTORY_EVENTS);
  });

  for (const version of versions) {
    it.each(files(version))(`replays ${version}/%s`, { timeout: 300_000 }, async (file) => {
      const workflowBundle = { codePath: inject("workflowBundlePath") };
      await expect(Worker.runReplayHistory({ workflowBundle }, read(version, file))).resolves.toBeUndefined();
    });
  }
});
