// Committed histories still replay: a change of the workflow that older runs cannot follow turns this red (see README.md here).
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { historyToJSON } from "@temporalio/common/lib/proto-utils.js";
import { Worker } from "@temporalio/worker";
import { beforeAll, describe, expect, inject, it } from "vitest";
import { quietRuntime } from "../support/workflows/scenario.ts";
import { live, SCENARIOS } from "./scenarios.ts";

const HISTORIES = join(import.meta.dirname, "histories");
/** Set to the version whose histories to record: `RECORD_HISTORIES=v1 npx vitest run test/replay`. */
const recording = process.env["RECORD_HISTORIES"];

const files = (version: string) => readdirSync(join(HISTORIES, version)).filter((file) => file.endsWith(".json"));

/** Stacks name the folders of the machine that recorded them. */
function withoutStacks(json: string): string {
  const history: unknown = JSON.parse(json, (key, value: unknown) => (key === "stackTrace" ? "" : value));
  return `${JSON.stringify(history)}\n`;
}

describe.runIf(recording !== undefined)("recording", () => {
  it("lives every scenario and keeps its history", { timeout: 300_000 }, async () => {
    const folder = join(HISTORIES, recording!);
    mkdirSync(folder, { recursive: true });
    for (const name of Object.keys(SCENARIOS)) {
      writeFileSync(join(folder, `${name}.json`), withoutStacks(historyToJSON(await live(name))));
    }
    expect(files(recording!)).toHaveLength(Object.keys(SCENARIOS).length);
  });
});

beforeAll(quietRuntime);

describe("histories", () => {
  const versions = readdirSync(HISTORIES)
    .filter((name) => name.startsWith("v"))
    .toSorted();

  it("holds every scenario in the newest version, and nothing else", () => {
    const recorded = files(versions.at(-1)!).map((file) => file.replace(/\.json$/, ""));
    expect(recorded.toSorted()).toEqual(Object.keys(SCENARIOS).toSorted());
  });

  for (const version of versions) {
    it.each(files(version))(`replays ${version}/%s`, async (file) => {
      const history: unknown = JSON.parse(readFileSync(join(HISTORIES, version, file), "utf8"));
      const replayed = Worker.runReplayHistory({ workflowBundle: { codePath: inject("workflowBundlePath") } }, history);
      await expect(replayed).resolves.toBeUndefined();
    });
  }
});
