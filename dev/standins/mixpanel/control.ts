// Typed client of a stand-in's control endpoint, in this process or in another.
import { Agent, request } from "undici";
import type {
  Counts,
  FaultInput,
  FaultState,
  GenerateInput,
  LoadRow,
  ProjectInfo,
  RequestCounts,
  RowFilter,
  StoredEvent,
} from "./protocol.ts";
import type { ProjectSettings, ProjectSettingsInput, Region } from "./settings.ts";

const MAX_ROWS_PER_LOAD = 20_000;

/**
 * @example
 * const control = new MixpanelControl("http://127.0.0.1:8400");
 * await control.putProject("1001", { createdBefore2023: true, timezone: "Europe/Berlin" });
 * await control.addFault("1001", { kind: "rate_limited", target: "import", times: 3 });
 * const { stored, deduped } = await control.count("1001", { events: ["purchase"] });
 */
export class MixpanelControl {
  readonly origin: string;
  readonly #agent: Agent;

  /** `ca` is the certificate to trust where the stand-in speaks TLS. */
  constructor(origin: string, ca?: string) {
    this.origin = origin;
    // Generating millions of rows takes a while before there is an answer.
    this.#agent = new Agent({
      headersTimeout: 600_000,
      bodyTimeout: 600_000,
      ...(ca === undefined ? {} : { connect: { ca } }),
    });
  }

  /** Creates a project (token `token-ID`, secret `secret-ID`, one owner account unless given), or changes settings. */
  putProject(projectId: string, settings: ProjectSettingsInput = {}): Promise<ProjectInfo> {
    return this.#call("projects/put", { projectId, settings });
  }

  settings(projectId: string): Promise<ProjectSettings> {
    return this.#call("projects/settings", { projectId });
  }

  async projectIds(): Promise<string[]> {
    return (await this.#call<{ projectIds: string[] }>("projects/list", {})).projectIds;
  }

  /** Forgets rows, budgets, counts and faults of a project; keeps its settings. */
  resetProject(projectId: string): Promise<void> {
    return this.#call("projects/reset", { projectId });
  }

  deleteProject(projectId: string): Promise<void> {
    return this.#call("projects/delete", { projectId });
  }

  /** Plays the hosts of one region only: projects of others are not found. Null plays all. */
  setRegion(region: Region | null): Promise<void> {
    return this.#call("region", { region });
  }

  async nowMs(): Promise<number> {
    return (await this.#call<{ nowMs: number }>("clock", {})).nowMs;
  }

  async setClock(nowMs: number, { frozen = false } = {}): Promise<number> {
    return (await this.#call<{ nowMs: number }>("clock/set", { nowMs, frozen })).nowMs;
  }

  async advanceClock(byMs: number): Promise<number> {
    return (await this.#call<{ nowMs: number }>("clock/advance", { byMs })).nowMs;
  }

  realClock(): Promise<void> {
    return this.#call("clock/real", {});
  }

  /** Of a project, or of all requests where it is null. Answers the fault's id. */
  async addFault(projectId: string | null, fault: FaultInput): Promise<number> {
    return (await this.#call<{ id: number }>("faults/add", { projectId, fault })).id;
  }

  async faults(projectId: string | null): Promise<FaultState[]> {
    return (await this.#call<{ faults: FaultState[] }>("faults/list", { projectId })).faults;
  }

  clearFaults(projectId: string | null, id?: number): Promise<void> {
    return this.#call("faults/clear", { projectId, id });
  }

  async loadRows(projectId: string, rows: readonly LoadRow[]): Promise<void> {
    for (let at = 0; at < rows.length; at += MAX_ROWS_PER_LOAD) {
      await this.#call("rows/load", { projectId, rows: rows.slice(at, at + MAX_ROWS_PER_LOAD) });
    }
  }

  generate(projectId: string, options: GenerateInput): Promise<{ stored: number }> {
    return this.#call("rows/generate", { projectId, options });
  }

  count(projectId: string, filter: RowFilter = {}): Promise<Counts> {
    return this.#call("rows/count", { projectId, filter });
  }

  async rows(projectId: string, filter: RowFilter = {}, limit = 1000): Promise<StoredEvent[]> {
    return (await this.#call<{ events: StoredEvent[] }>("rows/list", { projectId, filter, limit })).events;
  }

  /** Answers how many rows now claim to have been processed then. */
  async setProcessingTime(projectId: string, filter: RowFilter, processingMs: number): Promise<number> {
    return (await this.#call<{ changed: number }>("rows/processing-time", { projectId, filter, processingMs })).changed;
  }

  /** Re-keys all rows of `from` to `into`; `traced` leaves `$distinct_id_before_identity` behind. Answers how many. */
  async mergeIdentity(projectId: string, from: string, into: string, { traced = true } = {}): Promise<number> {
    return (await this.#call<{ changed: number }>("identity/merge", { projectId, from, into, traced })).changed;
  }

  /** Requests of a project, or of those that no project was found for. */
  requests(projectId: string | null): Promise<RequestCounts> {
    return this.#call("requests", { projectId });
  }

  resetRequests(projectId: string | null): Promise<void> {
    return this.#call("requests/reset", { projectId });
  }

  close(): Promise<void> {
    return this.#agent.close();
  }

  async #call<T>(command: string, input: object): Promise<T> {
    const { statusCode, body } = await request(`${this.origin}/__control/${command}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(input),
      dispatcher: this.#agent,
    });
    const answer = (await body.json()) as T & { error?: string };
    if (statusCode !== 200) throw new Error(`stand-in refused ${command}: ${answer.error}`);
    return answer;
  }
}
