// What Temporal stores, encrypted: no name or error of a customer in a history, the codec server's answers, replays,
// rotation, and histories that are plain in part.
import { randomBytes } from "node:crypto";
import { Worker } from "@temporalio/worker";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { createCodecApp } from "../../src/cli/codecServer.ts";
import { createDataConverter } from "../../src/encryption/dataConverter.ts";
import { keyIdOf } from "../../src/encryption/envelope.ts";
import { createPayloadCodec } from "../../src/encryption/payloadCodec.ts";
import { eventually } from "../support/eventually.ts";
import { createToyConnector } from "../support/providers/toy/connector.ts";
import { startToyServer, type ToyServer } from "../support/providers/toy/server.ts";
import { historyOf, startSystem, type System } from "../support/system/system.ts";

const WITHIN_MS = 120_000;
const KEYS = [randomBytes(32), randomBytes(32), randomBytes(32)] as const;
const [OLD, NEW, OTHER] = KEYS.map((key) => key.toString("base64"));
const ROOM_TOKEN = "the-token-of-the-room";
const EVENT = "event-of-a-customer";
const ERROR = "There is no such room";
const TOKEN = "t".repeat(40);
const UI = "https://temporal.example";

let toys: ToyServer;
let system: System;
beforeAll(async () => {
  toys = await startToyServer();
  system = await startSystem({ TEMPORAL_PAYLOAD_KEY: OLD! }, {}, [createToyConnector(toys.url)]);
  await system.startWorker();
}, WITHIN_MS);
afterAll(async () => {
  await system?.stop();
  await toys?.stop();
});

/** An integration that imports `EVENT`, and fails if there is no such room. */
async function connect(of: System, room: string): Promise<string> {
  const { id } = await of.store.integrations.create(of.workspaceId, {
    provider: "toy",
    settings: { room, greeting: "hello" },
    secret: ROOM_TOKEN,
    importFrom: null,
    project: { key: room, name: room },
    deliversUpdates: false,
  });
  const event = { name: EVENT, source: { personField: "who" }, description: null };
  await of.store.events.create(of.workspaceId, id, event);
  await of.store.integrations.update(of.workspaceId, id, { importEnabled: true });
  return id;
}

/** Asks for a run, waits for its end, and returns its outcome. */
async function sync(of: System, integrationId: string): Promise<string | null | undefined> {
  const { runs } = of.store;
  const request = await runs.request(of.workspaceId, integrationId);
  if (request === null || request === "paused") throw new Error("the request was not taken");
  await of.control.syncNow({ workspaceId: of.workspaceId, integrationId, provider: "toy" }, request.requestId);
  const done = await eventually(
    () => runs.getRequest(of.workspaceId, integrationId, request.requestId),
    (found) => found?.status === "done",
    WITHIN_MS,
  );
  return done?.outcome;
}

/** The history of the execution whose input has the state of the run before. */
async function carriedOver(of: System, integrationId: string) {
  const handle = of.workflow(integrationId);
  return await eventually(
    () => handle.fetchHistory(),
    ({ events }) =>
      Boolean(events?.[0]?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId) &&
      events?.some((event) => event.workflowTaskCompletedEventAttributes) === true,
  );
}

/** A sync, and the next execution: nothing of what comes later needs what came before. Returns its history. */
async function syncToTheEnd(of: System, integrationId: string) {
  const runIdOf = async () =>
    (
      await of
        .workflow(integrationId)
        .describe()
        .catch(() => null)
    )?.runId;
  const before = await runIdOf();
  expect(await sync(of, integrationId)).toBe("succeeded");
  await eventually(runIdOf, (runId) => runId !== before, WITHIN_MS);
  return await carriedOver(of, integrationId);
}

const text = (bytes: Uint8Array | null | undefined) => Buffer.from(bytes ?? []).toString();

describe("with a key", () => {
  it("a history has neither the customer's names nor errors, and replays", { timeout: WITHIN_MS }, async () => {
    const id = await connect(system, "missing");
    expect(await sync(system, id)).toBe("failed");
    expect(await system.control.status(id)).toMatchObject({ errors: { events: { [EVENT]: { kind: "not_found" } } } });
    const history = await carriedOver(system, id);
    const all = await historyOf(system, id);
    for (const plain of [EVENT, ERROR, "syncVersion", "Keeps integration"]) expect(all).not.toContain(plain);
    const started = history.events![0]!.workflowExecutionStartedEventAttributes!;
    const [input] = started.input!.payloads!;
    expect(text(input!.metadata!["encryption-key-id"])).toBe(keyIdOf(KEYS[0]));
    expect(text(started.searchAttributes!.indexedFields!["CrosscurrentProvider"]!.data)).toBe('"toy"');
    const dataConverter = createDataConverter(system.config.temporal.encryption);
    const workflowBundle = { codePath: inject("workflowBundlePath") };
    await expect(Worker.runReplayHistory({ workflowBundle, dataConverter }, history)).resolves.toBeUndefined();
  });

  it("the failure of an activity is encrypted too", { timeout: WITHIN_MS }, async () => {
    const id = await connect(system, "missingtoo");
    await sync(system, id);
    const executions = system.client.workflow.list({ query: `WorkflowId = 'integration-${id}'` });
    let failures = 0;
    for await (const { runId } of executions) {
      const { events } = await system.client.workflow.getHandle(`integration-${id}`, runId).fetchHistory();
      for (const { activityTaskFailedEventAttributes: failed } of events ?? []) {
        if (!failed) continue;
        failures++;
        expect(failed.failure!.message).toBe("Encoded failure");
        expect(failed.failure!.applicationFailureInfo!.type).toBe("not_found");
      }
    }
    expect(failures).toBeGreaterThan(0);
  });

  it("a key that is missing is named, with the setting", { timeout: WITHIN_MS }, async () => {
    toys.createRoom("later", ROOM_TOKEN);
    const id = await connect(system, "later");
    expect(await sync(system, id)).toBe("succeeded");
    const { events } = await carriedOver(system, id);
    const { payloads } = events![0]!.workflowExecutionStartedEventAttributes!.input!;
    const decode = (...keys: Buffer[]) => createPayloadCodec({ keys, encrypts: true }).decode(payloads!);
    await expect(decode(KEYS[2])).rejects.toThrow(
      `key ${keyIdOf(KEYS[0])}, which TEMPORAL_PAYLOAD_KEY does not hold. Add that key to the setting`,
    );
    expect(text((await decode(KEYS[1], KEYS[0]))[0]!.data)).toContain(EVENT);
    const damaged = { ...payloads![0]!, data: Buffer.from(payloads![0]!.data!).subarray(0, -1) };
    await expect(createPayloadCodec({ keys: [KEYS[0]], encrypts: true }).decode([damaged])).rejects.toThrow("damaged");
  });
});

describe("the codec server", () => {
  const app = createCodecApp({ token: TOKEN, keys: [KEYS[0]], uiOrigin: UI });
  const post = async (path: string, body: unknown, headers: Record<string, string> = {}) =>
    await app.request(path, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify(body),
    });
  const bearer = { authorization: `Bearer ${TOKEN}` };

  it("decodes a history for the UI and for the CLI, and encodes", { timeout: WITHIN_MS }, async () => {
    const id = await connect(system, "shown");
    await sync(system, id);
    const { events } = await carriedOver(system, id);
    const { payloads } = events![0]!.workflowExecutionStartedEventAttributes!.input!;
    const toJson = (bytes: Uint8Array | null | undefined) => Buffer.from(bytes ?? []).toString("base64");
    const body = {
      payloads: payloads!.map(({ metadata, data }) => ({
        metadata: Object.fromEntries(Object.entries(metadata ?? {}).map(([key, value]) => [key, toJson(value)])),
        data: toJson(data),
      })),
    };
    expect(Buffer.from(body.payloads[0]!.data, "base64").toString()).not.toContain(EVENT);
    for (const answer of [await post(`/${TOKEN}/decode`, body, { origin: UI }), await post("/decode", body, bearer)]) {
      expect(answer.status).toBe(200);
      const decoded = (await answer.json()) as typeof body;
      expect(Buffer.from(decoded.payloads[0]!.data, "base64").toString()).toContain(EVENT);
      const encoded = (await (await post("/encode", decoded, bearer)).json()) as typeof body;
      expect(encoded.payloads[0]!.data).not.toBe(decoded.payloads[0]!.data);
      expect(await (await post("/decode", encoded, bearer)).json()).toEqual(decoded);
    }
  });

  it("answers pages of Temporal's UI alone, and callers with the token alone", async () => {
    const preflight = await app.request(`/${TOKEN}/decode`, {
      method: "OPTIONS",
      headers: { origin: UI, "access-control-request-method": "POST", "access-control-request-headers": "x-namespace" },
    });
    expect(preflight.headers.get("access-control-allow-origin")).toBe(UI);
    expect(preflight.headers.get("access-control-allow-headers")).toContain("x-namespace");
    const other = await post(`/${TOKEN}/decode`, { payloads: [] }, { origin: "https://other.example" });
    expect(other.headers.get("access-control-allow-origin")).not.toBe("https://other.example");
    const wrong = [
      post("/decode", { payloads: [] }),
      post("/decode", { payloads: [] }, { authorization: `Bearer ${TOKEN}x` }),
      post(`/${"u".repeat(40)}/decode`, { payloads: [] }),
    ];
    expect((await Promise.all(wrong)).map(({ status }) => status)).toEqual([401, 401, 401]);
  });

  it("says what is wrong", async () => {
    expect((await post("/decode", { payloads: [{ data: "%" }] }, bearer)).status).toBe(400);
    expect((await post("/decode", { payloads: "x".repeat(5e6) }, bearer)).status).toBe(413);
    const stranger = createCodecApp({ token: TOKEN, keys: [KEYS[2]], uiOrigin: undefined });
    const encoded = await (await post("/encode", { payloads: [{ data: "" }] }, bearer)).text();
    const headers = { "content-type": "application/json", ...bearer };
    const answer = await stranger.request("/decode", { method: "POST", headers, body: encoded });
    expect([answer.status, await answer.text()]).toEqual([400, expect.stringContaining("TEMPORAL_PAYLOAD_KEY")]);
  });
});

describe("switched on, rotated and switched off later", () => {
  /** The same installation with other settings: only the worker and the client differ. */
  async function restarted(before: System, settings: Record<string, string>): Promise<System> {
    await before.stopWorker();
    const after = await startSystem(
      { ...settings, DATABASE_URL: before.env["DATABASE_URL"]!, TEMPORAL_TASK_QUEUE: before.taskQueue },
      {},
      [createToyConnector(toys.url)],
    );
    await after.startWorker();
    return { ...after, workspaceId: before.workspaceId };
  }

  /** A worker that lacks the key of the workflow's input refuses its tasks, and says why in the history. */
  async function expectRefused(before: System, id: string): Promise<System> {
    const stranger = await restarted(before, { TEMPORAL_PAYLOAD_KEY: OTHER! });
    await stranger.control.wake(id);
    const codec = createPayloadCodec({ keys: [KEYS[2]], encrypts: true });
    const messages = async () => {
      const { events } = await stranger.workflow(id).fetchHistory();
      const failed = (events ?? []).flatMap(
        ({ workflowTaskFailedEventAttributes }) => workflowTaskFailedEventAttributes?.failure?.encodedAttributes ?? [],
      );
      return (await codec.decode(failed)).map(({ data }) => text(data)).join();
    };
    await eventually(messages, (found) => found.includes("TEMPORAL_PAYLOAD_KEY does not hold"), WITHIN_MS);
    return stranger;
  }

  it("every change finds the workflow where the one before left it", { timeout: 3 * WITHIN_MS }, async () => {
    toys.createRoom("mixed", ROOM_TOKEN);
    const plain = await startSystem({}, {}, [createToyConnector(toys.url)]);
    await plain.startWorker();
    const id = await connect(plain, "mixed");
    await syncToTheEnd(plain, id);
    const changes: Record<string, string>[] = [
      { TEMPORAL_PAYLOAD_KEY: OLD!, TEMPORAL_PAYLOAD_ENCRYPTION: "off" },
      { TEMPORAL_PAYLOAD_KEY: OLD! },
      { TEMPORAL_PAYLOAD_KEY: `${OLD},${NEW}` },
      { TEMPORAL_PAYLOAD_KEY: `${NEW},${OLD}` },
      { TEMPORAL_PAYLOAD_KEY: `${NEW},${OTHER}` },
      { TEMPORAL_PAYLOAD_KEY: NEW!, TEMPORAL_PAYLOAD_ENCRYPTION: "off" },
    ];
    const used: (string | undefined)[] = [];
    const systems = [plain];
    for (const settings of changes) {
      const next = await restarted(systems.at(-1)!, settings);
      systems.push(next);
      const { events } = await syncToTheEnd(next, id);
      expect(await next.control.status(id)).toMatchObject({ status: "idle" });
      const [input] = events![0]!.workflowExecutionStartedEventAttributes!.input!.payloads!;
      used.push(text(input!.metadata!["encryption-key-id"]) || "plain");
    }
    const [old, fresh] = [keyIdOf(KEYS[0]), keyIdOf(KEYS[1])];
    expect(used).toEqual(["plain", old, old, fresh, fresh, "plain"]);
    systems.push(await restarted(systems.at(-1)!, { TEMPORAL_PAYLOAD_KEY: OLD! }));
    await syncToTheEnd(systems.at(-1)!, id);
    systems.push(await expectRefused(systems.at(-1)!, id));
    systems.push(await restarted(systems.at(-1)!, { TEMPORAL_PAYLOAD_KEY: `${OTHER},${OLD}` }));
    expect(await sync(systems.at(-1)!, id)).toBe("succeeded");
    for (const one of systems.toReversed()) await one.stop();
  });
});
