// Pages of rows of 0.9 MB: a page ends by its bytes, and callers who leave hold nothing.
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { NO_PROGRESS } from "../../src/domain/progress.ts";
import { startServerHarness, type RunningProcess, type ServerHarness } from "../support/gateway/serverProcess.ts";
import { NEW_INTEGRATION } from "../support/api/harness.ts";

const MB = 1024 * 1024;
const ROW_BYTES = 900_000;
const ROWS = 60;

/** A server process starts slowly while other tests run. */
const HOOK_TIMEOUT_MS = 180_000;

let harness: ServerHarness;
let server: RunningProcess;
/** The path of the records, and the key to read them. */
let large: { path: string; apiKey: string };
beforeAll(async () => {
  harness = await startServerHarness();
  server = await harness.start();
  const other = await harness.store.workspaces.create("two");
  const random = () => Buffer.from(Array.from({ length: 30_000 }, () => randomUUID()).join("")).subarray(0, ROW_BYTES);
  const text = random().toString();
  large = await importInto(
    other.apiKey,
    Array.from({ length: ROWS }, (_, i) => `{"i":${i},"text":"${text}"}`),
  );
}, HOOK_TIMEOUT_MS);
afterAll(() => harness.close());

async function importInto(apiKey: string, texts: string[]) {
  const post = async (path: string, body: object) => {
    const headers = { authorization: `Basic ${apiKey}`, "content-type": "application/json" };
    const response = await fetch(`${server.url}${path}`, { method: "POST", headers, body: JSON.stringify(body) });
    expect(response.status).toBe(201);
    return (await response.json()) as { id: string };
  };
  const { id } = await post("/v1/integrations", {
    ...NEW_INTEGRATION,
    projectId: String(Math.floor(Math.random() * 1e9)),
  });
  await post(`/v1/integrations/${id}/events`, { eventId: "purchase" });
  for (const [i, properties] of texts.entries()) {
    const user = { userIds: [`user-${i}`], timestampMs: Date.now(), versionMs: null };
    const row = { event: "purchase", uuid: randomUUID(), ...user, properties, fields: {} };
    const chunk = { integrationId: id, runId: "run", events: ["purchase"], from: NO_PROGRESS, rejected: [] };
    await harness.store.imports.commitChunk({ ...chunk, rows: [row], progress: null });
  }
  return { path: `${server.url}/v1/integrations/${id}/events/purchase/records`, apiKey };
}

async function readPage({ path, apiKey }: typeof large, query: string, signal?: AbortSignal): Promise<Response> {
  return await fetch(`${path}?${query}`, { headers: { authorization: `Basic ${apiKey}` }, ...(signal && { signal }) });
}

test("a page ends by its bytes, and the pages together have every record once", async () => {
  const seen: unknown[] = [];
  let cursor: string | null = "";
  while (cursor !== null) {
    const response = await readPage(large, `limit=1000&cursor=${cursor}`);
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

test("callers who leave in the middle of a page leave nothing behind", async () => {
  for (let i = 0; i < 100; i++) {
    const stop = new AbortController();
    const response = await readPage(large, "limit=500", stop.signal);
    expect(response.status).toBe(200);
    stop.abort();
    await response.arrayBuffer().catch(() => undefined);
  }
});
