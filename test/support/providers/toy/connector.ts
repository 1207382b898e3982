// The connector of the toy provider.
import type { Connection } from "../../../../src/domain/connection.ts";
import { SyncError } from "../../../../src/domain/errors.ts";
import type { EventDefinition } from "../../../../src/domain/event.ts";
import type { ImportedRow } from "../../../../src/domain/importedRow.ts";
import type { Connector } from "../../../../src/providers/connector.ts";
import { reader } from "../../../../src/providers/provider.ts";
import type { Note, ToyRow } from "./server.ts";
import { readSource, toySpec } from "./spec.ts";

const PAGE_BUCKETS = 500;
const DAY_MS = 86_400_000;
const readSettings = reader(toySpec.settings);

export function createToyConnector(url: string): Connector {
  const call = async <T>({ settings, secret }: Connection, path: string, body?: Note[]): Promise<T> => {
    const response = await fetch(`${url}/${readSettings(settings).room}${path}`, {
      method: body === undefined ? "GET" : "PUT",
      headers: { "x-token": secret },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    if (response.status === 401) throw new SyncError("auth", "The room refuses the token. Enter another one.");
    if (!response.ok) throw new SyncError("not_found", "There is no such room. Ask who has the key.");
    return (await response.json()) as T;
  };
  return {
    spec: toySpec,
    exportBatchSeqs: 10_000,
    testConnection: async (connection) => {
      await call(connection, "/");
      return [{ name: "Opening the door", ok: true }];
    },
    async *exportBuckets(connection, { afterSeq, throughSeq, readBuckets }) {
      let cursorSeq = afterSeq;
      for (;;) {
        const buckets = await readBuckets(cursorSeq, PAGE_BUCKETS);
        const notes = buckets.map((bucket) => ({
          key: JSON.stringify([bucket.userId, bucket.aliasId, bucket.routeId, bucket.variantId, bucket.hourMs]),
          user: bucket.userId,
          timeMs: bucket.timeMs,
        }));
        if (notes.length > 0) await call(connection, "/notes", notes);
        cursorSeq = buckets.length < PAGE_BUCKETS ? throughSeq : (buckets.at(-1)?.seq ?? throughSeq);
        yield { cursorSeq, sent: notes.length, rejected: [] };
        if (cursorSeq === throughSeq) return;
      }
    },
    planImport: async (_connection, { events, highWatermarkMs: targetMs }) =>
      events
        .filter(({ progress }) => (progress.completeThroughMs ?? 0) < targetMs)
        .map(({ definition: { name }, progress: { completeThroughMs } }) => ({
          events: [name],
          progress: { completeThroughMs, unfinished: { targetMs, position: 0, cursor: null } },
        })),
    async *importPage(connection, { events, progress: { completeThroughMs, unfinished } }) {
      const throughMs = unfinished?.targetMs ?? 0;
      const topics = events.map(({ name }) => `topic=${name}`).join("&");
      const cursor = unfinished?.cursor as { afterMs: number } | null | undefined;
      const afterMs = cursor?.afterMs ?? completeThroughMs ?? 0;
      const path = `/rows?${topics}&after=${afterMs}&through=${throughMs}`;
      const rows = await call<ToyRow[]>(connection, path);
      const progress = { completeThroughMs: throughMs, unfinished: null };
      yield { rows: rows.map((row) => toImportedRow(row, events)), rejected: [], progress };
    },
    planRanges: (_connection, { ranges }) =>
      ranges.map(({ definition: { name }, range: { id, fromDay, toDay } }) => {
        const [afterMs, throughMs] = [Date.parse(fromDay) - 1, Date.parse(toDay) + DAY_MS - 1];
        const unfinished = { targetMs: throughMs, position: 0, cursor: { afterMs } };
        return { events: [name], ranges: [id], progress: { completeThroughMs: null, unfinished } };
      }),
    requestBudget: () => null,
    close: async () => {},
  };
}

function toImportedRow({ id, topic, atMs, fields }: ToyRow, events: EventDefinition[]): ImportedRow {
  const { personField } = readSource(events.find(({ name }) => name === topic)?.source ?? {});
  const userId = String(fields[personField]);
  const properties = JSON.stringify(fields);
  return { event: topic, uuid: id, userIds: [userId], timestampMs: atMs, versionMs: null, properties, fields };
}
