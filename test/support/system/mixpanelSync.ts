// What tests of the whole system do with a Mixpanel integration: connect, expose, seed, sync, and count on both sides.
import { randomInt } from "node:crypto";
import type { MixpanelControl } from "../../../dev/standins/mixpanel/control.ts";
import type { ProjectSettingsInput } from "../../../dev/standins/mixpanel/settings.ts";
import { eventually } from "../eventually.ts";
import { ACCOUNT, type System } from "./system.ts";

export const EXPOSURE_EVENT = "Inworld Router Exposure";

interface Answer {
  id: string;
  status: string;
  nextRunAt: string | null;
  lastRun: { id: string; outcome: string | null; finishedAt: string | null } | null;
  export: {
    enabled: boolean;
    completeThrough: string | null;
    sent: number;
    rejected: number;
    pending: number;
    late: number;
    error?: { kind: string; message: string };
  };
  import: { enabled: boolean; error?: { kind: string; message: string } };
}

export interface ExposureInput {
  user: string;
  timestamp: number | string;
  alias_id?: string;
  route_id?: string;
  variant_id?: string;
}

export interface Mixpanel {
  id: string;
  projectId: string;
  control: MixpanelControl;
  get(): Promise<Answer>;
  /** Asks for a sync and waits until it is done; answers its outcome. */
  sync(withinMs?: number): Promise<string>;
  enable(directions: { export?: boolean; import?: boolean }): Promise<void>;
  addEvent(eventId: string): Promise<void>;
  event(
    eventId: string,
  ): Promise<{ imported: number; rejected: number; completeThrough: string | null; error?: { kind: string } }>;
  records(
    eventId: string,
  ): Promise<{ uuid: string; user_id: string; timestamp: string; properties: Record<string, unknown> }[]>;
  /** Stored and deduplicated exposure events at Mixpanel. */
  exported(): Promise<{ stored: number; deduped: number }>;
  exportedEvents(): Promise<{ distinctId: string; timeMs: number; insertId: string }[]>;
  rejected(): Promise<{ direction: string; reason: string; record: unknown }[]>;
}

export interface ConnectOptions {
  project?: ProjectSettingsInput;
  integration?: Record<string, unknown>;
}

/** A project at the stand-in and an integration for it, both directions off. */
export async function connectMixpanel(system: System, options: ConnectOptions = {}): Promise<Mixpanel> {
  const { control } = system.mixpanel;
  const projectId = String(randomInt(1_000_000, 1_000_000_000));
  await control.putProject(projectId, { serviceAccounts: [{ ...ACCOUNT, role: "admin" }], ...options.project });
  const { id } = await system.call<{ id: string }>("POST", "/v1/integrations", {
    provider: "mixpanel",
    projectId,
    serviceAccountUsername: ACCOUNT.username,
    serviceAccountSecret: ACCOUNT.secret,
    ...options.integration,
  });
  const path = `/v1/integrations/${id}`;
  return {
    id,
    projectId,
    control,
    get: () => system.call<Answer>("GET", path),
    sync: async (withinMs) => {
      const { requestId } = await system.call<{
        requestId: string;
      }>("POST", `${path}/sync`);
      const ask = () =>
        system.call<{
          status: string;
          outcome: string;
        }>("GET", `${path}/sync/${requestId}`);
      return (await eventually(ask, ({ status }) => status === "done", withinMs)).outcome;
    },
    enable: async (directions) => {
      const patch = Object.fromEntries(
        Object.entries(directions).map(([direction, enabled]) => [direction, { enabled }]),
      );
      await system.call("PATCH", path, patch);
    },
    addEvent: async (eventId) => void (await system.call("POST", `${path}/events`, { eventId })),
    event: async (eventId) => {
      type Events = {
        events: ({
          eventId: string;
        } & Awaited<ReturnType<Mixpanel["event"]>>)[];
      };
      const { events } = await system.call<Events>("GET", `${path}/events`);
      return events.find((event) => event.eventId === eventId)!;
    },
    records: (eventId) => allPages(system, `${path}/events/${eventId}/records`, "records"),
    exported: () => control.count(projectId, { events: [EXPOSURE_EVENT] }),
    exportedEvents: async () => {
      const rows = await control.rows(projectId, { events: [EXPOSURE_EVENT] }, 1e5);
      return rows.map(({ properties }) => ({
        distinctId: String(properties["distinct_id"]),
        timeMs: Number(properties["time"]),
        insertId: String(properties["$insert_id"]),
      }));
    },
    rejected: () => allPages(system, `${path}/rejected`, "rejected"),
  };
}

export async function allPages<T>(system: System, path: string, list: string): Promise<T[]> {
  const all: T[] = [];
  for (let cursor: string | null = null; ;) {
    const query: string = cursor === null ? "" : `&cursor=${encodeURIComponent(cursor)}`;
    const page = await system.call<Record<string, unknown>>("GET", `${path}?limit=1000${query}`);
    all.push(...(page[list] as T[]));
    cursor = page["next"] as string | null;
    if (cursor === null) return all;
  }
}

/** Posts exposures with defaults for what a test does not care about. */
export async function expose(system: System, exposures: ExposureInput[]): Promise<void> {
  const full = exposures.map((one) => ({ alias_id: "router", route_id: "route", variant_id: "variant", ...one }));
  for (let at = 0; at < full.length; at += 10_000) {
    await system.call("POST", "/v1/exposures", { exposures: full.slice(at, at + 10_000) });
  }
}
