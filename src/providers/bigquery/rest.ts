// BigQuery's REST calls: Google's client makes them, what they answer is checked here.
import type { Connection } from "../../domain/connection.ts";
import type { BigQuery } from "@google-cloud/bigquery";
import { z } from "zod";
import { SyncError } from "../../domain/errors.ts";
import type { HttpClient } from "../http.ts";
import type { Clients } from "./clients.ts";
import { googleErrorInfo } from "./googleErrorInfo.ts";
import type { Operation } from "./errors.ts";
import type { BigQueryOptions } from "./options.ts";

/** What the connector's parts share. */
export interface BigQueryContext {
  options: BigQueryOptions;
  clients: Clients;
  /** For uploads: Google's client can neither stop one nor leave the job that it starts alone. */
  http: HttpClient;
}

/** One customer's BigQuery for the length of one activity. */
export interface BigQueryCall {
  context: BigQueryContext;
  connection: Connection;
  signal: AbortSignal;
  heartbeat(): void;
}

export interface RestCall {
  method: "GET" | "POST" | "PATCH" | "DELETE";
  /** After `/projects/<project>`. */
  path: string[];
  query?: Record<string, string>;
  body?: object;
  /** Statuses that are an answer here, not a failure: the call then gives null. */
  expected?: number[];
}

export type Doing = Omit<Operation, "connection">;

/** The answer as this schema reads it; null for one of the expected statuses. */
export async function send<T>(
  task: BigQueryCall,
  doing: Doing,
  schema: z.ZodType<T>,
  call: RestCall,
): Promise<T | null> {
  const { context, connection, signal } = task;
  const { clients } = context;
  task.heartbeat();
  const answer = await clients.call({ ...doing, connection }, signal, async () => {
    try {
      return { body: await request(await clients.bigQueryOf(connection), call) };
    } catch (error) {
      const { status } = googleErrorInfo(error);
      if (status !== null && call.expected?.includes(status) === true) return null;
      throw error;
    }
  });
  return answer === null ? null : parsed(schema, answer.body, doing);
}

export function parsed<T>(schema: z.ZodType<T>, body: unknown, { action }: Doing): T {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  throw new SyncError("transient", `BigQuery gave an answer to ${action} that is not understood; it is tried again.`);
}

/** For answers of which nothing is read. */
export const anything = z.unknown();

function request(client: BigQuery, { method, path, query, body }: RestCall): Promise<unknown> {
  return new Promise((resolve, reject) => {
    client.request(
      {
        method,
        uri: `/${path.map(encodeURIComponent).join("/")}`,
        ...(query === undefined ? {} : { qs: query }),
        ...(body === undefined ? {} : { json: body }),
      },
      (error: Error | null, answer?: unknown) => {
        if (error === null) resolve(answer);
        else reject(error);
      },
    );
  });
}
