// Typed client of the control endpoint of a Mixpanel stand-in, in this process or in another.
import { ControlClient } from "../shared/controlClient.ts";
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
export class MixpanelControl extends ControlClient {
  /** Creates a project or changes its settings. Defaults: token `token-ID`, secret `secret-ID`, one owner account. */
  putProject(projectId: string, settings: ProjectSettingsInput = {}): Promise<ProjectInfo> {
    return this.call("projects/put", { projectId, settings });
  }

  settings(projectId: string): Promise<ProjectSettings> {
    return this.call("projects/settings", { projectId });
  }

  async projectIds(): Promise<string[]> {
    return (await this.call<{ projectIds: string[] }>("projects/list", {})).projectIds;
  }

  /** Deletes the rows, budgets, counts and faults of a project; its settings stay. */
  resetProject(projectId: string): Promise<void> {
    return this.call("projects/reset", { projectId });
  }

  deleteProject(projectId: string): Promise<void> {
    return this.call("projects/delete", { projectId });
  }

  /** Plays the hosts of one region only, so that projects of other regions are not found. Null plays all regions. */
  setRegion(region: Region | null): Promise<void> {
    return this.call("region", { region });
  }

  async nowMs(): Promise<number> {
    return (await this.call<{ nowMs: number }>("clock", {})).nowMs;
  }

  async setClock(nowMs: number, { frozen = false } = {}): Promise<number> {
    return (await this.call<{ nowMs: number }>("clock/set", { nowMs, frozen })).nowMs;
  }

  async advanceClock(byMs: number): Promise<number> {
    return (await this.call<{ nowMs: number }>("clock/advance", { byMs })).nowMs;
  }

  realClock(): Promise<void> {
    return this.call("clock/real", {});
  }

  /** Switches a fault on for one project, or for all requests if `projectId` is null. Returns the fault's id. */
  async addFault(projectId: string | null, fault: FaultInput): Promise<number> {
    return (await this.call<{ id: number }>("faults/add", { projectId, fault })).id;
  }

  async faults(projectId: string | null): Promise<FaultState[]> {
    return (await this.call<{ faults: FaultState[] }>("faults/list", { projectId })).faults;
  }

  clearFaults(projectId: string | null, id?: number): Promise<void> {
    return this.call("faults/clear", { projectId, id });
  }

  async loadRows(projectId: string, rows: readonly LoadRow[]): Promise<void> {
    for (let at = 0; at < rows.length; at += MAX_ROWS_PER_LOAD) {
      await this.call("rows/load", { projectId, rows: rows.slice(at, at + MAX_ROWS_PER_LOAD) });
    }
  }

  generate(projectId: string, options: GenerateInput): Promise<{ stored: number }> {
    return this.call("rows/generate", { projectId, options });
  }

  count(projectId: string, filter: RowFilter = {}): Promise<Counts> {
    return this.call("rows/count", { projectId, filter });
  }

  async rows(projectId: string, filter: RowFilter = {}, limit = 1000): Promise<StoredEvent[]> {
    return (await this.call<{ events: StoredEvent[] }>("rows/list", { projectId, filter, limit })).events;
  }

  /** Changes when the matching rows claim to have been processed. Returns how many rows changed. */
  async setProcessingTime(projectId: string, filter: RowFilter, processingMs: number): Promise<number> {
    return (await this.call<{ changed: number }>("rows/processing-time", { projectId, filter, processingMs })).changed;
  }

  /** Moves all rows of `from` to `into`; `traced` adds `$distinct_id_before_identity`. Returns how many rows moved. */
  async mergeIdentity(projectId: string, from: string, into: string, { traced = true } = {}): Promise<number> {
    return (await this.call<{ changed: number }>("identity/merge", { projectId, from, into, traced })).changed;
  }

  /**
   * Tells Mixpanel that these ids belong to one user, as `identify` does: a cluster in an Original project, a claimed
   * device in a Simplified one. The setting `merging` says what the export shows of it, and when.
   */
  async identify(projectId: string, links: readonly { userId: string; anonymousId: string }[]): Promise<number> {
    return (await this.call<{ linked: number }>("identity/link", { projectId, links })).linked;
  }

  /** Re-keys now what a delay or a partial merge left as it was sent. Returns how many rows changed. */
  async finishMerges(projectId: string): Promise<number> {
    return (await this.call<{ changed: number }>("identity/finish", { projectId })).changed;
  }

  /** Requests of one project, or those that belong to no project if `projectId` is null. */
  requests(projectId: string | null): Promise<RequestCounts> {
    return this.call("requests", { projectId });
  }

  resetRequests(projectId: string | null): Promise<void> {
    return this.call("requests/reset", { projectId });
  }
}
