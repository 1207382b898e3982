// The messages of the Storage Read API that the front decodes. Rows pass through it as bytes.
import { createRequire } from "node:module";
import protobuf from "protobufjs";

const require = createRequire(import.meta.url);
const json = require("@google-cloud/bigquery-storage/build/protos/protos.json") as protobuf.INamespace;
const root = protobuf.Root.fromJSON(json);

export interface CreateReadSessionRequest {
  parent?: string;
  readSession?: {
    table?: string;
    dataFormat?: number;
    readOptions?: { selectedFields?: string[]; rowRestriction?: string };
  };
  maxStreamCount?: number;
  preferredMinStreamCount?: number;
}

export interface ReadSessionMessage {
  name?: string;
  expireTime?: { seconds: number; nanos: number };
  table?: string;
  streams?: { name: string }[];
  estimatedRowCount?: number;
  estimatedTotalBytesScanned?: number;
}

export interface ReadRowsRequest {
  readStream?: string;
  offset?: number;
}

export interface SplitReadStreamRequest {
  name?: string;
  fraction?: number;
}

export interface SplitReadStreamResponse {
  primaryStream?: { name: string };
  remainderStream?: { name: string };
}

/** Encodes and decodes one message type. 64-bit integers become numbers, which is exact up to 2^53. */
class Message<T extends object> {
  readonly #type: protobuf.Type;

  constructor(name: string) {
    this.#type = root.lookupType(`google.cloud.bigquery.storage.v1.${name}`);
  }

  decode(bytes: Uint8Array): T {
    return this.#type.toObject(this.#type.decode(bytes), { longs: Number, enums: Number }) as T;
  }

  encode(value: T): Buffer {
    return Buffer.from(this.#type.encode(this.#type.fromObject(value)).finish());
  }
}

export const createReadSessionRequest = new Message<CreateReadSessionRequest>("CreateReadSessionRequest");
export const readSession = new Message<ReadSessionMessage>("ReadSession");
export const readRowsRequest = new Message<ReadRowsRequest>("ReadRowsRequest");
export const splitReadStreamRequest = new Message<SplitReadStreamRequest>("SplitReadStreamRequest");
export const splitReadStreamResponse = new Message<SplitReadStreamResponse>("SplitReadStreamResponse");

const ROW_COUNT_FIELD = 6;

/** `row_count` of a ReadRowsResponse, without decoding the rows. */
export function rowCountOf(bytes: Uint8Array): number {
  const reader = protobuf.Reader.create(bytes);
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    if (tag >>> 3 === ROW_COUNT_FIELD) return Number(reader.int64());
    reader.skipType(tag & 7);
  }
  return 0;
}
