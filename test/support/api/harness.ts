// The API over a real store, with a recorded IntegrationControl in Temporal's place and a captured log.
import type { AcquireRequest, Connection } from "../../../src/domain/connection.ts";
import type { EventDefinition } from "../../../src/domain/event.ts";
import { Writable } from "node:stream";
import { createApp } from "../../../src/api/app.ts";
import type { WebSettings } from "../../../src/api/deps.ts";
import type { AdmissionSettings } from "../../../src/http/admission/admission.ts";
import type { IntegrationControl, WorkflowStatus } from "../../../src/client/index.ts";
import type { AccountAccess, Browse, Connector, TestStep } from "../../../src/providers/connector.ts";
import { bigQuerySpec } from "../../../src/providers/bigquery/spec.ts";
import { mixpanelSpec } from "../../../src/providers/mixpanel/spec.ts";
import type { ProviderSpec } from "../../../src/providers/provider.ts";
import { PROVIDER_SPECS } from "../../../src/providers/specs.ts";
import { createLogger } from "../../../src/telemetry/logging.ts";
import { createMetrics } from "../../../src/telemetry/prometheus.ts";
import { createPostgresStore } from "../../../src/store/createStore.ts";
import { createTestDatabase } from "../store/testDatabase.ts";
import { testGateway } from "../gateway/upstreams.ts";

export const MAX_AGE_DAYS = 90;
export const SECRET = "sa-secret-of-the-customer";

export const NEW_INTEGRATION = {
  provider: "mixpanel",
  projectId: "3141592",
  serviceAccountUsername: "sync.abc123.mp-service-account",
  serviceAccountSecret: SECRET,
} as const;

/** All but the project. */
export const NEW_BIGQUERY = {
  provider: "bigquery",
  datasetId: "analytics",
  serviceAccountEmail: "inworld-sync@my-project.iam.gserviceaccount.com",
  location: "EU",
} as const;

export const BIGQUERY_EVENT = {
  eventName: "user_donation",
  dataset: "user_data",
  tableName: "donations",
  eventFieldName: "event_name",
  userIdFieldName: "user_id",
  timestampFieldName: "created_at",
  eventUuidFieldName: "event_uuid",
};

export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  // Tests read answers field by field.
  body: Record<string, unknown>;
}

/** How a call differs from a JSON GET with the workspace's key. */
export interface CallOptions {
  method?: string;
  json?: unknown;
  raw?: string | Uint8Array;
  headers?: Record<string, string>;
}

export const errorsOf = ({ body }: Answer) => body.errors as { path: string; message: string }[];
export const pathsOf = (answer: Answer) => errorsOf(answer).map(({ path }) => path);

export type Call = (path: string, options?: CallOptions) => Promise<Answer>;

export async function createHarness(web: Partial<WebSettings> = {}, limits: Partial<AdmissionSettings> = {}) {
  const database = await createTestDatabase();
  const store = createPostgresStore({
    databaseUrl: database.url,
    secretKeys: [Buffer.alloc(32, 7)],
    sealGraceMs: 900_000,
    exposureMaxAgeDays: MAX_AGE_DAYS,
    exposureRetentionDays: 120,
    importLookbackDays: 30,
  });
  const control = new RecordedControl();
  const connector = new ScriptedConnector(mixpanelSpec);
  const bigQuery = new ScriptedConnector(bigQuerySpec);
  const log = new CapturedLog();
  const temporal = { up: true };
  const metrics = createMetrics();
  const app = createApp({
    store,
    client: control,
    specs: PROVIDER_SPECS,
    connectors: { mixpanel: connector, bigquery: bigQuery },
    exposureMaxAgeDays: MAX_AGE_DAYS,
    ...testGateway(store, { limits }),
    logger: createLogger("debug", log),
    metrics,
    temporalReady: async () => {
      if (!temporal.up) throw new Error("no Temporal");
    },
    web,
  });
  const workspace = await store.workspaces.create("one");
  const other = await store.workspaces.create("two");
  const callAs = (authorization: string | null): Call => caller(app.request.bind(app), authorization);
  return {
    app,
    store,
    database,
    control,
    connector,
    bigQuery,
    log,
    temporal,
    metrics,
    workspace,
    other,
    callAs,
    call: callAs(`Basic ${workspace.apiKey}`),
    callOther: callAs(`Bearer ${other.apiKey}`),
    close: async () => {
      await store.close();
      await database.drop();
    },
  };
}

export type Harness = Awaited<ReturnType<typeof createHarness>>;
type Send = (path: string, init: RequestInit) => Response | Promise<Response>;

function caller(send: Send, authorization: string | null): Call {
  return async (path, { method, json, raw, headers = {} } = {}) => {
    const body = json === undefined ? raw : JSON.stringify(json);
    const response = await send(path, {
      method: method ?? (body === undefined ? "GET" : "POST"),
      headers: {
        ...(authorization !== null && { authorization }),
        ...(body !== undefined && { "content-type": "application/json" }),
        ...headers,
      },
      ...(body !== undefined && { body }),
    });
    const text = await response.text();
    const isJson = /json/.test(response.headers.get("content-type") ?? "");
    const parsed = isJson ? (JSON.parse(text) as Record<string, unknown>) : {};
    return { status: response.status, headers: response.headers, text, body: parsed };
  };
}

/** Notes every call; fails or hangs on request. */
export class RecordedControl implements IntegrationControl {
  calls: unknown[][] = [];
  behave: () => Promise<void> = async () => {};

  private async note(...call: unknown[]): Promise<void> {
    this.calls.push(call);
    await this.behave();
  }

  start = (ref: unknown) => this.note("start", ref);
  configChanged = (ref: unknown) => this.note("configChanged", ref);
  restore = (ref: unknown) => this.note("restore", ref);
  pause = (ref: unknown) => this.note("pause", ref);
  resume = (ref: unknown) => this.note("resume", ref);
  syncNow = (ref: unknown, requestId: string) => this.note("syncNow", ref, requestId);
  repeatSync = (ref: unknown, requestId: string) => this.note("repeatSync", ref, requestId);
  end = (id: string) => this.note("end", id);
  workflow: WorkflowStatus | null = null;
  status = async () => {
    await this.behave();
    return this.workflow;
  };
  wake = (id: string) => this.note("wake", id);
  async *running(): AsyncIterable<string> {}
  async *outdated(): AsyncIterable<string> {}
  countRunning = async () => 0;

  /** What was called since the last time. */
  take(): unknown[][] {
    return this.calls.splice(0);
  }
}

/** Answers the connection test as told; syncs nothing. */
class ScriptedConnector implements Connector {
  readonly spec: ProviderSpec;
  readonly exportBatchSeqs = 1;
  browse?: Browse;
  eventNames: Connector["eventNames"];
  ownership?: AccountAccess;
  setupScript: Connector["setupScript"];
  tested: { connection: Connection; events: EventDefinition[] }[] = [];
  answer: (lease: AcquireRequest) => Promise<TestStep[]> = async () => [];
  budget = { key: "project", maxPerHour: 60, maxPerSecond: 3, reservedPerHour: 10 };

  constructor(spec: ProviderSpec) {
    this.spec = spec;
  }

  async testConnection(connection: Connection, events: EventDefinition[], lease: Parameters<this["answer"]>[0]) {
    this.tested.push({ connection, events });
    return await this.answer(lease);
  }
  exportBuckets(): never {
    throw new Error("not part of these tests");
  }
  importPage(): never {
    throw new Error("not part of these tests");
  }
  planImport(): never {
    throw new Error("not part of these tests");
  }
  planRanges(): never {
    throw new Error("not part of these tests");
  }
  close = async () => {};
  requestBudget() {
    return this.budget;
  }
}

export class CapturedLog extends Writable {
  text = "";
  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

/** An integration with one event, and its id. */
export async function createIntegration(call: Call, projectId: string): Promise<string> {
  const { status, body } = await call("/v1/integrations", { json: { ...NEW_INTEGRATION, projectId } });
  if (status !== 201) throw new Error(`no integration: ${JSON.stringify(body)}`);
  return body.id as string;
}
