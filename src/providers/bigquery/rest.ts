// BigQuery's REST calls: Google's client makes them, and their responses are checked here.
import type { BigQuery } from "@google-cloud/bigquery";
import { z } from "zod";
import type { Connection } from "../../domain/connection.ts";
import { SyncError } from "../../domain/errors.ts";
import type { HttpClient } from "../http.ts";
import type { Clients } from "./clients.ts";
import type { Operation } from "./errors.ts";
import { type GoogleErrorInfo, googleErrorInfo } from "./googleErrorInfo.ts";
import type { BigQueryOptions } from "./options.ts";

export interface BigQueryContext {
  options: BigQueryOptions;
  clients: Clients;
  /** For uploads: Google's client cannot stop one, and it polls the job that the upload starts. */
  http: HttpClient;
}

/** One customer's BigQuery for the length of one activity. */
export interface BigQueryCall {
  context: BigQueryContext;
  connection: Connection;
  signal: AbortSignal;
  heartbeat(): void;
}

export interface RestRequest {
  method: "GET" | "POST" | "PATCH" | "DELETE";
  /** After `/projects/<project>`. */
  path: string[];
  query?: Record<string, string>;
  body?: object;
  expected?: number[] | ((info: GoogleErrorInfo) => boolean);
}

/** Returns null for an expected refusal. */
export async function send<T>(
  call: BigQueryCall,
  operation: Operation,
  schema: z.ZodType<T>,
  request: RestRequest,
): Promise<T | null> {
  const { clients } = call.context;
  call.heartbeat();
  const response = await clients.call(call, operation, async () => {
    try {
      return { body: await sendOnce(await clients.bigQueryOf(call.connection), request) };
    } catch (error) {
      if (isExpected(request, googleErrorInfo(error))) return null;
      throw error;
    }
  });
  return response === null ? null : parseResponse(schema, response.body, operation);
}

function isExpected({ expected = [] }: RestRequest, info: GoogleErrorInfo): boolean {
  if (typeof expected === "function") return expected(info);
  return info.status !== null && expected.includes(info.status);
}

export function parseResponse<T>(schema: z.ZodType<T>, body: unknown, { action }: Operation): T {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  throw new SyncError("transient", `BigQuery sent a response of unknown form for ${action}; it is tried again.`);
}

export const anything = z.unknown();

function sendOnce(client: BigQuery, { method, path, query, body }: RestRequest): Promise<unknown> {
  return new Promise((resolve, reject) => {
    client.request(
      {
        method,
        uri: `/${path.map(encodeURIComponent).join("/")}`,
        ...(query === undefined ? {} : { qs: query }),
        ...(body === undefined ? {} : { json: body }),
      },
      (error: Error | null, response?: unknown) => {
        if (error === null) resolve(response);
        else reject(error);
      },
    );
  });
}
