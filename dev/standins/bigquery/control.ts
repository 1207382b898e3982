// Typed client of a local BigQuery's control endpoint.
import { ControlClient } from "../shared/controlClient.ts";
import type { Json } from "./google.ts";
import type { JobResource } from "./job.ts";
import type { ProtectionInput } from "./protections.ts";
import type {
  Account,
  AccountInput,
  Counters,
  FaultInput,
  FaultState,
  ProjectSettings,
  QueryRows,
} from "./protocol.ts";

const ROWS_PER_LOAD = 100_000;

/**
 * @example
 * const control = new BigQueryControl("http://127.0.0.1:9050");
 * await control.putAccount("sync@p.iam.gserviceaccount.com", { grants: [{ role: "roles/bigquery.jobUser", projectId: "p" }] });
 * await control.addFault("p", { kind: "rate_limited", target: "jobs.insert", times: 2 });
 * const { rows } = await control.query("p", "SELECT COUNT(*) AS n FROM `p.d.t`");
 */
export class BigQueryControl extends ControlClient {
  /**
   * Creates a service account or replaces its rights. Its tokens keep working, with the new rights, and its description
   * stays if none is given.
   */
  putAccount(email: string, account: AccountInput = {}): Promise<void> {
    return this.call("accounts/put", { email, account });
  }

  /** Writes the description of an account, as its owner would. */
  describeAccount(email: string, description: string): Promise<void> {
    return this.call("accounts/describe", { email, description });
  }

  async accounts(): Promise<Record<string, Account>> {
    return (await this.call<{ accounts: Record<string, Account> }>("accounts/list", {})).accounts;
  }

  /** Deletes an account and revokes its tokens. */
  deleteAccount(email: string): Promise<void> {
    return this.call("accounts/delete", { email });
  }

  /** Revokes all tokens of an account, which may get new ones. Returns how many tokens there were. */
  async revokeTokens(email: string): Promise<number> {
    return (await this.call<{ revoked: number }>("tokens/revoke", { email })).revoked;
  }

  /** Issues a token without impersonation. */
  async issueToken(email: string, lifetimeSeconds = 3_600): Promise<string> {
    return (await this.call<{ token: string }>("tokens/issue", { email, lifetimeSeconds })).token;
  }

  async sourceToken(): Promise<string> {
    return (await this.call<{ sourceToken: string }>("source-token", {})).sourceToken;
  }

  /** Returns the fault's id. Faults of `iam.generateAccessToken` belong to the project in the account's address. */
  async addFault(projectId: string, fault: FaultInput): Promise<number> {
    return (await this.call<{ id: number }>("faults/add", { projectId, fault })).id;
  }

  async faults(projectId: string): Promise<FaultState[]> {
    return (await this.call<{ faults: FaultState[] }>("faults/list", { projectId })).faults;
  }

  clearFaults(projectId: string, id?: number): Promise<void> {
    return this.call("faults/clear", { projectId, id });
  }

  counters(projectId: string): Promise<Counters> {
    return this.call("counters", { projectId });
  }

  resetCounters(projectId: string): Promise<void> {
    return this.call("counters/reset", { projectId });
  }

  /** Changes the given settings of a project. Returns all settings. */
  settings(projectId: string, settings: Partial<ProjectSettings> = {}): Promise<ProjectSettings> {
    return this.call("settings", { projectId, settings });
  }

  /** All jobs of a project by any account, oldest first. */
  async jobs(projectId: string): Promise<JobResource[]> {
    return (await this.call<{ jobs: JobResource[] }>("jobs", { projectId })).jobs;
  }

  /** Ends all read sessions of a project now. Returns how many there are. */
  async expireSessions(projectId: string): Promise<number> {
    return (await this.call<{ expired: number }>("sessions/expire", { projectId })).expired;
  }

  /** `dataset` is a BigQuery resource, e.g. `{location: "EU"}`. Without a location it is in the US. */
  createDataset(projectId: string, datasetId: string, dataset: Json = {}): Promise<Json> {
    return this.call("datasets/create", { projectId, datasetId, dataset });
  }

  /** Deletes a dataset with all its tables. No error if there is none. */
  deleteDataset(projectId: string, datasetId: string): Promise<void> {
    return this.call("datasets/delete", { projectId, datasetId });
  }

  async datasets(projectId: string): Promise<Json[]> {
    return (await this.call<{ datasets: Json[] }>("datasets/list", { projectId })).datasets;
  }

  /**
   * `table` is a BigQuery resource: `{schema, timePartitioning, rangePartitioning, requirePartitionFilter, clustering,
   * labels, expirationTime, view}`.
   */
  createTable(projectId: string, datasetId: string, tableId: string, table: Json): Promise<Json> {
    return this.call("tables/create", { projectId, datasetId, tableId, table });
  }

  /** Null if there is none. */
  async table(projectId: string, datasetId: string, tableId: string): Promise<Json | null> {
    return (await this.call<{ table: Json | null }>("tables/get", { projectId, datasetId, tableId })).table;
  }

  async tables(projectId: string, datasetId: string): Promise<Json[]> {
    return (await this.call<{ tables: Json[] }>("tables/list", { projectId, datasetId })).tables;
  }

  deleteTable(projectId: string, datasetId: string, tableId: string): Promise<void> {
    return this.call("tables/delete", { projectId, datasetId, tableId });
  }

  /** Deletes the table and creates a view of the same name. */
  replaceTableWithView(projectId: string, datasetId: string, tableId: string, query: string): Promise<Json> {
    return this.call("tables/replace-with-view", { projectId, datasetId, tableId, query });
  }

  /** Policy tags and row access policies of a table, in place of those that it had. Commands here pass them by. */
  protectTable(projectId: string, datasetId: string, tableId: string, protection: ProtectionInput): Promise<void> {
    return this.call("tables/protect", { projectId, datasetId, tableId, protection });
  }

  /**
   * Runs any SQL, without checking rights, faults or counting. INT64 beyond 2^53, NUMERIC, DATETIME and JSON come as
   * strings, TIMESTAMP as RFC 3339 with microseconds.
   */
  query(projectId: string, sql: string): Promise<QueryRows> {
    return this.call("query", { projectId, sql });
  }

  /**
   * Appends rows as a load of NDJSON would, without checking rights, faults or counting. In a table that is partitioned
   * by ingestion time, a row's `_PARTITIONTIME` says when it arrived; null: it is in the streaming buffer.
   */
  async loadRows(projectId: string, datasetId: string, tableId: string, rows: readonly Json[]): Promise<void> {
    for (let at = 0; at < rows.length; at += ROWS_PER_LOAD)
      await this.call("rows/load", { projectId, datasetId, tableId, rows: rows.slice(at, at + ROWS_PER_LOAD) });
  }
}
