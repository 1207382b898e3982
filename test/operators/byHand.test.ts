// The commands of docs/operators that operators type: Temporal's own program knows each, and a run survives them.
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { temporalCli } from "../../dev/services/temporalCli.ts";
import { workflowIdOf } from "../../src/client/ids.ts";
import { SyncError } from "../../src/domain/errors.ts";
import type { Connector } from "../../src/providers/connector.ts";
import { eventually } from "../support/eventually.ts";
import { createToyConnector } from "../support/providers/toy/connector.ts";
import { startToyServer, type ToyServer } from "../support/providers/toy/server.ts";
import { startSystem, type System } from "../support/system/system.ts";

const WITHIN_MS = 120_000;
const DOCS = resolve(import.meta.dirname, "../../docs/operators");
const ROOM_TOKEN = "the-token-of-the-room";

let command: string;
beforeAll(async () => {
  command = await temporalCli({});
}, WITHIN_MS);

async function temporal(...args: string[]): Promise<string> {
  return (await promisify(execFile)(command, args)).stdout;
}

/** The lines of code that begin with `temporal`, and those in sentences. */
function documented(): string[] {
  const text = ["operations.md", "production.md", "scaling.md"]
    .map((file) => readFileSync(resolve(DOCS, file), "utf8"))
    .join("\n");
  const lines = [...text.matchAll(/^temporal .*$/gm)].map(([line]) => line);
  const inline = [...text.matchAll(/`(temporal [a-z][^`]*)`/g)].map(([, line]) => line!.replaceAll("\n", " "));
  return [...lines, ...inline].map((line) => line.replace(/ #.*$/, ""));
}

describe("each documented command", () => {
  it.each(documented())("%s", async (line) => {
    const [, ...words] = line.split(" ");
    const path = words.slice(
      0,
      words.findIndex((word) => word.startsWith("-")),
    );
    const help = await temporal(...path, "--help");
    const options = await temporal("options");
    expect(help).toContain(`temporal ${path.join(" ")} [`);
    for (const [flag] of line.matchAll(/ --[a-z-]+/g)) expect(help + options).toContain(`${flag} `);
  });
});

describe("a run", () => {
  let toys: ToyServer;
  let system: System;
  let id: string;
  /** What the next page waits for before it fails. */
  let held: Promise<void> | undefined;
  const target = () => ["--address", inject("temporalAddress"), "--workflow-id", workflowIdOf(id)];
  beforeAll(async () => {
    toys = await startToyServer();
    toys.createRoom("byhand", ROOM_TOKEN);
    const toy = createToyConnector(toys.url);
    const connector: Connector = {
      ...toy,
      async *importPage(connection, job) {
        const before = held;
        held = undefined;
        await before;
        if (before !== undefined) throw new SyncError("transient", "The room is closed.");
        yield* toy.importPage(connection, job);
      },
    };
    system = await startSystem({}, {}, [connector]);
    await system.startWorker();
    ({ id } = await system.store.integrations.create(system.workspaceId, {
      provider: "toy",
      settings: { room: "byhand", greeting: "hello" },
      secret: ROOM_TOKEN,
      importFrom: null,
      project: { key: "byhand", name: "byhand" },
      deliversUpdates: false,
    }));
    const event = { name: "said", source: { personField: "who" }, description: null };
    await system.store.events.create(system.workspaceId, id, event);
    await system.store.integrations.update(system.workspaceId, id, { importEnabled: true });
  }, WITHIN_MS);
  afterAll(async () => {
    await system?.stop();
    await toys?.stop();
  });

  async function request(): Promise<() => Promise<string | null | undefined>> {
    const { runs } = system.store;
    const made = await runs.request(system.workspaceId, id);
    if (made === null || made === "paused") throw new Error("the request was not taken");
    await system.control.syncNow(
      { workspaceId: system.workspaceId, integrationId: id, provider: "toy" },
      made.requestId,
    );
    const read = () => runs.getRequest(system.workspaceId, id, made.requestId);
    return async () => (await eventually(read, (found) => found?.status === "done", WITHIN_MS))?.outcome;
  }

  it("is held while its activity is paused, and ends well after", { timeout: WITHIN_MS }, async () => {
    let open = () => {};
    held = new Promise((settle) => (open = settle));
    const outcome = await request();
    const pending = async () => (await system.workflow(id).describe()).raw.pendingActivities?.[0];
    const waiting = await eventually(pending, (found) => found?.activityType?.name === "importPage", WITHIN_MS);
    const activity = ["--activity-id", waiting!.activityId!];
    await temporal("activity", "pause", ...target(), ...activity, "--reason", "test");
    open();
    // It ended, and is not tried again.
    const isHeld = (found: Awaited<ReturnType<typeof pending>>) => found?.paused === true && found.lastFailure != null;
    await eventually(pending, isHeld, WITHIN_MS);
    await temporal("activity", "reset", ...target(), ...activity, "--keep-paused");
    expect((await pending())?.paused).toBe(true);
    await temporal("activity", "unpause", ...target(), ...activity);
    expect(await outcome()).toBe("succeeded");
  });

  it("goes on after a reset of its workflow, and after other options", { timeout: WITHIN_MS }, async () => {
    await temporal("workflow", "update-options", ...target(), "--versioning-override-behavior", "auto_upgrade");
    expect(await (await request())()).toBe("succeeded");
    // A run's end begins another execution, which must have done something before it can be reset.
    const reset = () => temporal("workflow", "reset", ...target(), "--type", "LastWorkflowTask", "--reason", "test");
    const isReset = () =>
      reset().then(
        () => true,
        () => false,
      );
    await eventually(isReset, Boolean, WITHIN_MS);
    expect(await (await request())()).toBe("succeeded");
    expect(await system.control.status(id)).toMatchObject({ status: "idle" });
  });
});
