// A reads while B reads pages of rows of 0.9 MB: a page ends by its bytes, and only a part of it is in memory.
import { randomBytes, randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { NO_PROGRESS } from "../../src/domain/progress.ts";
import { NEW_INTEGRATION } from "../support/api/harness.ts";
import {
  START_TIMEOUT_MS,
  startNeighbours,
  type Installation,
  type Neighbours,
  type Workspace,
} from "../support/neighbours/neighbours.ts";

const MB = 1024 * 1024;
const ROW_BYTES = 900_000;
const ROWS = 60;
const MAX_MEMORY_BYTES = 700 * MB;

let neighbours: Neighbours;
/** Where the records of an event of A are, and at each installation those of B. */
let small: string;
const large = new Map<string, string>();
const largeAt = ({ server }: Installation) => large.get(server.url) ?? "";
beforeAll(async () => {
  neighbours = await startNeighbours();
  small = await importInto(neighbours, neighbours.a, "1", Array<string>(10).fill('{"amount":12.50}'));
  const text = randomBytes(ROW_BYTES / 2).toString("hex");
  const rows = Array.from({ length: ROWS }, (_, i) => `{"i":${i},"text":"${text}"}`);
  await neighbours.prepare(async (at) => void large.set(at.server.url, await importInto(at, at.b, "2", rows)));
}, START_TIMEOUT_MS);
afterAll(() => neighbours.close());

async function importInto(at: Installation, workspace: Workspace, projectId: string, texts: string[]): Promise<string> {
  const create = async (path: string, json: object) => {
    const response = await at.fetch(workspace, path, json);
    expect(response.status).toBe(201);
    return (await response.json()) as { id: string };
  };
  const { id } = await create("/v1/integrations", { ...NEW_INTEGRATION, projectId });
  await create(`/v1/integrations/${id}/events`, { eventId: "purchase" });
  for (const [i, properties] of texts.entries()) {
    const user = { userIds: [`user-${i}`], timestampMs: Date.now(), versionMs: null };
    const row = { event: "purchase", uuid: randomUUID(), ...user, properties, fields: {} };
    const chunk = { integrationId: id, runId: "run", events: ["purchase"], from: NO_PROGRESS, rejected: [] };
    await at.harness.store.imports.commitChunk({ ...chunk, rows: [row], progress: null });
  }
  return `/v1/integrations/${id}/events/purchase/records`;
}

test("a page ends by its bytes, and the pages together have every record once", async () => {
  const seen: unknown[] = [];
  let cursor: string | null = "";
  while (cursor !== null) {
    const response = await neighbours.fetch(neighbours.b, `${largeAt(neighbours)}?limit=1000&cursor=${cursor}`);
    expect(response.status).toBe(200);
    const text = await response.text();
    expect(text.length).toBeLessThan(9.5 * MB);
    const page = JSON.parse(text) as { records: { properties: { i: number } }[]; next: string | null };
    seen.push(...page.records.map(({ properties }) => properties.i));
    cursor = page.next;
  }
  expect(seen).toHaveLength(ROWS);
  expect(new Set(seen).size).toBe(ROWS);
});

test("five callers of B read such pages again and again", async () => {
  const records = async () => {
    const response = await neighbours.fetch(neighbours.a, `${small}?limit=5`);
    expect(response.status).toBe(200);
    expect(((await response.json()) as { records: object[] }).records).toHaveLength(5);
  };
  await neighbours.expectUndisturbed(
    { records, chat: neighbours.ofA.chat },
    { callers: 5, calls: (at) => [at.callOfB(`${largeAt(at)}?limit=500`)], statuses: [200] },
  );
  expect(await neighbours.peakMemoryBytes()).toBeLessThan(MAX_MEMORY_BYTES);
});

test("callers who leave in the middle of a page leave nothing behind", async () => {
  const call = neighbours.callOfB(`${largeAt(neighbours)}?limit=500`);
  for (let i = 0; i < 100; i++) {
    const stop = new AbortController();
    const response = await fetch(call.url, { headers: call.headers, signal: stop.signal });
    expect(response.status).toBe(200);
    stop.abort();
    await response.arrayBuffer().catch(() => undefined);
  }
});
