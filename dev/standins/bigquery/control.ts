// Typed client of a local BigQuery's control endpoint.
import { Agent, request } from "undici";
import type { Json } from "./google.ts";
import type { JobResource } from "./jobs.ts";
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
export class BigQueryControl {
  readonly origin: string;
  /** A query over millions of rows takes a while. */
  readonly #agent = new Agent({ headersTimeout: 1_800_000, bodyTimeout: 1_800_000 });

  constructor(origin: string) {
    this.origin = origin;
  }

  /** Creates a service account or replaces what it may do; tokens that it has keep working, with the new rights. */
  putAccount(email: string, account: AccountInput = {}): Promise<void> {
    return this.#call("accounts/put", { email, account });
  }

  async accounts(): Promise<Record<string, Account>> {
    return (await this.#call<{ accounts: Record<string, Account> }>("accounts/list", {})).accounts;
  }

  /** Its tokens are void as well. */
  deleteAccount(email: string): Promise<void> {
    return this.#call("accounts/delete", { email });
  }

  /** Voids all tokens of an account; answers how many. It may get new ones. */
  async revokeTokens(email: string): Promise<number> {
    return (await this.#call<{ revoked: number }>("tokens/revoke", { email })).revoked;
  }

  /** A token without impersonating. */
  async issueToken(email: string, lifetimeSeconds = 3_600): Promise<string> {
    return (await this.#call<{ token: string }>("tokens/issue", { email, lifetimeSeconds })).token;
  }

  async sourceToken(): Promise<string> {
    return (await this.#call<{ sourceToken: string }>("source-token", {})).sourceToken;
  }

  /** Answers the fault's id. Faults of `iam.generateAccessToken` go by the project in the account's address. */
  async addFault(projectId: string, fault: FaultInput): Promise<number> {
    return (await this.#call<{ id: number }>("faults/add", { projectId, fault })).id;
  }

  async faults(projectId: string): Promise<FaultState[]> {
    return (await this.#call<{ faults: FaultState[] }>("faults/list", { projectId })).faults;
  }

  clearFaults(projectId: string, id?: number): Promise<void> {
    return this.#call("faults/clear", { projectId, id });
  }

  counters(projectId: string): Promise<Counters> {
    return this.#call("counters", { projectId });
  }

  resetCounters(projectId: string): Promise<void> {
    return this.#call("counters/reset", { projectId });
  }

  /** Changes some settings of a project; answers all. */
  settings(projectId: string, settings: Partial<ProjectSettings> = {}): Promise<ProjectSettings> {
    return this.#call("settings", { projectId, settings });
  }

  /** All jobs of a project, oldest first, whoever started them. */
  async jobs(projectId: string): Promise<JobResource[]> {
    return (await this.#call<{ jobs: JobResource[] }>("jobs", { projectId })).jobs;
  }

  /** Lets all read sessions of a project end now; answers how many there are. */
  async expireSessions(projectId: string): Promise<number> {
    return (await this.#call<{ expired: number }>("sessions/expire", { projectId })).expired;
  }

  /** `dataset` is a resource of BigQuery's, e.g. `{location: "EU"}`; US without. */
  createDataset(projectId: string, datasetId: string, dataset: Json = {}): Promise<Json> {
    return this.#call("datasets/create", { projectId, datasetId, dataset });
  }

  /** With all its tables; no error where there is none. */
  deleteDataset(projectId: string, datasetId: string): Promise<void> {
    return this.#call("datasets/delete", { projectId, datasetId });
  }

  async datasets(projectId: string): Promise<Json[]> {
    return (await this.#call<{ datasets: Json[] }>("datasets/list", { projectId })).datasets;
  }

  /** `table` is a resource of BigQuery's: `{schema, timePartitioning, clustering, labels, expirationTime, view}`. */
  createTable(projectId: string, datasetId: string, tableId: string, table: Json): Promise<Json> {
    return this.#call("tables/create", { projectId, datasetId, tableId, table });
  }

  /** Null where there is none. */
  async table(projectId: string, datasetId: string, tableId: string): Promise<Json | null> {
    return (await this.#call<{ table: Json | null }>("tables/get", { projectId, datasetId, tableId })).table;
  }

  async tables(projectId: string, datasetId: string): Promise<Json[]> {
    return (await this.#call<{ tables: Json[] }>("tables/list", { projectId, datasetId })).tables;
  }

  deleteTable(projectId: string, datasetId: string, tableId: string): Promise<void> {
    return this.#call("tables/delete", { projectId, datasetId, tableId });
  }

  /** A view in the table's place. */
  replaceTableWithView(projectId: string, datasetId: string, tableId: string, query: string): Promise<Json> {
    return this.#call("tables/replace-with-view", { projectId, datasetId, tableId, query });
  }

  /**
   * Any SQL, past rights, faults and counters. INT64 beyond 2^53, NUMERIC, DATETIME and JSON come as strings, TIMESTAMP as
   * RFC 3339 with microseconds.
   */
  query(projectId: string, sql: string): Promise<QueryRows> {
    return this.#call("query", { projectId, sql });
  }

  /** Appends rows, as a load of NDJSON would, past rights, faults and counters. */
  async loadRows(projectId: string, datasetId: string, tableId: string, rows: readonly Json[]): Promise<void> {
    for (let at = 0; at < rows.length; at += ROWS_PER_LOAD)
      await this.#call("rows/load", { projectId, datasetId, tableId, rows: rows.slice(at, at + ROWS_PER_LOAD) });
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
    if (statusCode !== 200) throw new Error(`The local BigQuery refused ${command}: ${answer.error}`);
    return answer;
  }
}
