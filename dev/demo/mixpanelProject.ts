// The demo's Mixpanel project: its owner fills it with Mixpanel's Node client and reads it by the raw export.
import { promisify } from "node:util";
import { createInterface } from "node:readline";
import Mixpanel from "mixpanel";
import { request } from "undici";
import { MixpanelControl } from "../standins/mixpanel/control.ts";
import { type Purchase, PURCHASE_EVENT } from "./purchases.ts";

export const PROJECT_ID = "1997";
export const ACCOUNT = { username: "crosscurrent-demo.mp-service-account", secret: "demo-service-account-secret" };
const TOKEN = "demo-project-token";
/** The client sends 50 events a request. */
const EVENTS_PER_CALL = 2_000;

export async function createProject(origin: string): Promise<void> {
  const control = new MixpanelControl(origin);
  await control.putProject(PROJECT_ID, {
    name: "CDNOW",
    token: TOKEN,
    serviceAccounts: [{ ...ACCOUNT, role: "admin" }],
  });
  await control.resetProject(PROJECT_ID);
  await control.close();
}

/** Imports the purchases through npm `mixpanel`. */
export async function loadPurchases(
  origin: string,
  purchases: Purchase[],
  onLoaded: (count: number) => void,
): Promise<void> {
  const { hostname, port } = new URL(origin);
  const client = Mixpanel.init(TOKEN, { host: hostname, port, protocol: "http", key: TOKEN } as object);
  const importBatch = promisify(
    client.import_batch.bind(client) as (events: object[], options: object, done: (error: unknown) => void) => void,
  );
  for (let at = 0; at < purchases.length; at += EVENTS_PER_CALL) {
    const events = purchases.slice(at, at + EVENTS_PER_CALL).map(({ line, customer, timeMs, cds, amount }) => ({
      event: PURCHASE_EVENT,
      properties: { time: timeMs, distinct_id: customer, $insert_id: `cdnow-${line}`, amount, cds },
    }));
    await importBatch(events, { max_batch_size: 50, max_concurrent_requests: 8 });
    onLoaded(events.length);
  }
}

export interface ExportedEvent {
  event: string;
  properties: {
    time: number;
    distinct_id: string;
    $insert_id: string;
    alias_id: string;
    route_id: string;
    variant_id: string;
  };
}

/** The project's raw export, deduplicated by the same key as Mixpanel's queries. */
export async function readEvents(
  origin: string,
  event: string,
  fromMs: number,
  toMs: number,
): Promise<ExportedEvent[]> {
  const url = new URL("/api/2.0/export", origin);
  const day = (ms: number) => new Date(ms).toISOString().slice(0, 10);
  url.search = new URLSearchParams({
    project_id: PROJECT_ID,
    from_date: day(fromMs),
    to_date: day(toMs),
    event: JSON.stringify([event]),
    time_in_ms: "true",
  }).toString();
  const authorization = `Basic ${Buffer.from(`${ACCOUNT.username}:${ACCOUNT.secret}`).toString("base64")}`;
  const { statusCode, body } = await request(url, { headers: { authorization } });
  if (statusCode !== 200) throw new Error(`Mixpanel's raw export answered ${statusCode}: ${await body.text()}`);
  const unique = new Map<string, ExportedEvent>();
  for await (const line of createInterface({ input: body, crlfDelay: Infinity })) {
    const row = JSON.parse(line) as ExportedEvent;
    const { time, distinct_id: user, $insert_id: insertId } = row.properties;
    unique.set(JSON.stringify([row.event, time, user, insertId]), row);
  }
  return [...unique.values()];
}
