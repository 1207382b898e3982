// Rows that do not come from an import: generated events, and rows loaded by a test.
import { buildRow, buildRowFromText, hash53 } from "./lines.ts";
import type { Project } from "./project.ts";
import type { GenerateOptions, LoadRow } from "./protocol.ts";
import type { Row } from "./rows.ts";

const ROWS_PER_TURN = 10_000;
const PLANS = ["free", "starter", "team", "enterprise"];
const COUNTRIES = ["DE", "FR", "IN", "JP", "US", "BR"];

/** The same options give the same rows. It yields to the event loop regularly. */
export async function generateRows(project: Project, options: GenerateOptions): Promise<void> {
  for (let from = 0; from < options.count; from += ROWS_PER_TURN) {
    const rows: Row[] = [];
    for (let i = from; i < Math.min(from + ROWS_PER_TURN, options.count); i++)
      rows.push(generatedRow(project, options, i));
    project.store(rows);
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
}

function generatedRow(project: Project, options: GenerateOptions, i: number): Row {
  const random = randomNumbers(options.seed, i);
  const utcMs = options.fromMs + Math.floor(((options.toMs - options.fromMs) / options.count) * i);
  const event = options.events[random() % options.events.length] as string;
  const distinctId = `user-${random() % options.users}`;
  const insertId = `gen-${options.seed}-${i}`;
  const processingMs = options.processingMs ?? utcMs + project.settings.processingDelayMs;
  const user = project.settings.idMerge === "simplified" ? `,"$user_id":"${distinctId}"` : "";
  // Concatenated for speed: tests and benchmarks generate millions of rows.
  const text =
    `{"distinct_id":"${distinctId}"${user},"$insert_id":"${insertId}","$import":true,` +
    `"$mp_api_endpoint":"api.mixpanel.com","$mp_api_timestamp_ms":${processingMs - project.settings.processingDelayMs},` +
    `"mp_processing_time_ms":${processingMs},"$mp_event_size":200,"amount":${(random() % 100_000) / 100},` +
    `"quantity":${1 + (random() % 9)},"plan":"${PLANS[random() % PLANS.length]}",` +
    `"country":"${COUNTRIES[random() % COUNTRIES.length]}","first_order":${random() % 2 === 0}}`;
  return buildRowFromText(event, project.toStoredMs(utcMs), processingMs, { distinctId, insertId }, text);
}

/** Pseudorandom numbers (mulberry32) for one row, independent of other rows. */
function randomNumbers(seed: number, i: number): () => number {
  let state = (Math.imul(seed, 0x9e3779b1) + Math.imul(i, 0x85ebca6b)) | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
}

export function loadedRow(project: Project, row: LoadRow, nowMs: number): Row {
  const timeMs = project.toStoredMs(row.timeMs);
  const processingMs = row.processingMs ?? nowMs + project.settings.processingDelayMs;
  if (row.line !== undefined) {
    return { event: row.event, timeMs, processingMs, line: row.line, timeOffset: 0, keyHash: hash53(row.line) };
  }
  const properties = row.properties ?? {};
  const text = (value: unknown): string => (typeof value === "string" ? value : "");
  if (row.propertiesText !== undefined) {
    const key = { distinctId: "", insertId: row.propertiesText };
    return buildRowFromText(row.event, timeMs, processingMs, key, row.propertiesText);
  }
  const key = { distinctId: text(properties["distinct_id"]), insertId: text(properties["$insert_id"]) };
  return buildRow(row.event, timeMs, processingMs, key, { mp_processing_time_ms: processingMs, ...properties });
}
