// What a BigQuery connector is made from.

export interface BigQueryOptions {
  /** Operator overrides of addresses: origins without a path. `http://` for the Storage API is plaintext gRPC. */
  restUrl?: string;
  storageUrl?: string;
  iamCredentialsUrl?: string;
  /** An access token that stands in for Application Default Credentials. */
  sourceToken?: string;
  /** How long after its own timestamp a row may arrive and still be imported. */
  overlapMs: number;
  exportTable: string;
  stagingPrefix: string;
}
