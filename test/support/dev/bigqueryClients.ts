// Google's clients for the local BigQuery, with other addresses and credentials only.
import { BigQuery } from "@google-cloud/bigquery";
import { v1, type protos } from "@google-cloud/bigquery-storage";
import { credentials, type ServiceError } from "@grpc/grpc-js";
import { GoogleAuth, Impersonated, OAuth2Client } from "google-auth-library";
import type { AccountInput } from "../../../dev/standins/bigquery/protocol.ts";
import type { SharedBigQuery } from "../../../dev/standins/bigquery/sharedEmulator.ts";

export type ReadSession = protos.google.cloud.bigquery.storage.v1.IReadSession;

/** The roles that the product asks for, on one dataset. */
export function usualGrants(projectId: string, datasetId: string): AccountInput {
  return {
    grants: [
      { role: "roles/bigquery.jobUser", projectId },
      { role: "roles/bigquery.readSessionUser", projectId },
      { role: "roles/bigquery.dataEditor", projectId, datasetId },
    ],
  };
}

export interface Clients {
  auth: Impersonated;
  bigQuery: BigQuery;
  read: v1.BigQueryReadClient;
  /** Options for each call of `read`, because a plaintext channel carries no credentials. */
  withToken(): Promise<{ otherArgs: { headers: Record<string, string> } }>;
  close(): Promise<void>;
}

export function clientsOf(at: SharedBigQuery, projectId: string, email: string, sourceToken = at.sourceToken): Clients {
  const sourceClient = new OAuth2Client();
  sourceClient.setCredentials({ access_token: sourceToken });
  const auth = new Impersonated({
    sourceClient,
    targetPrincipal: email,
    targetScopes: ["https://www.googleapis.com/auth/cloud-platform"],
    lifetime: 600,
    endpoint: at.iamUrl,
  });
  const { hostname, port } = new URL(at.storageUrl);
  const read = new v1.BigQueryReadClient({
    apiEndpoint: hostname,
    port: Number(port),
    sslCreds: credentials.createInsecure(),
    projectId,
    auth: new GoogleAuth({ authClient: auth, projectId }),
    // Errors of a stream come at once, not after seconds of retries.
    gaxServerStreamingRetries: true,
  });
  return {
    auth,
    bigQuery: new BigQuery({ projectId, apiEndpoint: at.restUrl, authClient: auth, autoRetry: false, maxRetries: 0 }),
    read,
    withToken: async () => {
      const { token } = await auth.getAccessToken();
      return { otherArgs: { headers: { authorization: `Bearer ${token}` } } };
    },
    close: () => read.close(),
  };
}

export async function openSession(
  clients: Clients,
  projectId: string,
  table: string,
  options: { streams?: number; fields?: string[]; rowRestriction?: string } = {},
): Promise<ReadSession> {
  const [session] = await clients.read.createReadSession(
    {
      parent: `projects/${projectId}`,
      readSession: {
        table: `projects/${projectId}/${table}`,
        dataFormat: "ARROW",
        readOptions: { selectedFields: options.fields ?? [], rowRestriction: options.rowRestriction ?? "" },
      },
      maxStreamCount: options.streams ?? 1,
    },
    await clients.withToken(),
  );
  return session;
}

export function streamOf(session: ReadSession, index = 0): string {
  return session.streams?.[index]?.name ?? "";
}

/** Reads a stream to its end or error. Returns the number of rows and the error. */
export async function readAll(
  clients: Clients,
  readStream: string,
  offset = 0,
): Promise<{ rows: number; batches: Buffer[]; error: ServiceError | null }> {
  const batches: Buffer[] = [];
  let rows = 0;
  const stream = clients.read.readRows(
    { readStream, offset },
    { ...(await clients.withToken()), timeout: 60_000, maxRetries: 0 },
  );
  const error = await new Promise<ServiceError | null>((resolve) => {
    stream.on("data", (answer: protos.google.cloud.bigquery.storage.v1.IReadRowsResponse) => {
      rows += Number(answer.rowCount);
      batches.push(Buffer.from(answer.arrowRecordBatch?.serializedRecordBatch as Uint8Array));
    });
    stream.on("end", () => resolve(null));
    stream.on("error", (reason) => resolve(reason as ServiceError));
  });
  return { rows, batches, error };
}

export interface HttpFailure {
  code: number;
  message: string;
  reason: string | undefined;
}

/** The failure of a call of the REST client. */
export async function failure(call: Promise<unknown>): Promise<HttpFailure> {
  try {
    await call;
  } catch (error) {
    const { code, message, errors } = error as { code: number; message: string; errors?: { reason?: string }[] };
    return { code, message, reason: errors?.[0]?.reason };
  }
  throw new Error("the call was expected to fail");
}
