// A client of the emulator's Storage Read API that passes messages as bytes.
import { Client, credentials, Metadata, type ClientReadableStream } from "@grpc/grpc-js";
import { splitReadStreamRequest, splitReadStreamResponse } from "./messages.ts";
import type { ReadStream } from "./sessions.ts";

export const SERVICE = "google.cloud.bigquery.storage.v1.BigQueryRead";
/** The window of a stream. With the default of 64 KiB every batch waits for many round trips. */
export const WINDOW_BYTES = 32 * 1024 * 1024;
const same = (bytes: Buffer) => bytes;

export class EmulatorRead {
  readonly #client: Client;

  constructor(address: string) {
    this.#client = new Client(address, credentials.createInsecure(), {
      "grpc.max_receive_message_length": -1,
      "grpc.max_send_message_length": -1,
      "grpc-node.flow_control_window": WINDOW_BYTES,
    });
  }

  unary(method: string, request: Buffer): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      this.#client.makeUnaryRequest(`/${SERVICE}/${method}`, same, same, request, new Metadata(), (error, answer) => {
        if (error !== null) reject(error);
        else resolve(answer ?? Buffer.alloc(0));
      });
    });
  }

  rows(request: Buffer): ClientReadableStream<Buffer> {
    return this.#client.makeServerStreamRequest(`/${SERVICE}/ReadRows`, same, same, request);
  }

  /** Splits a stream into its first `rows` rows and the others. */
  async split(stream: ReadStream, rows: number): Promise<[ReadStream, ReadStream]> {
    // The emulator rounds the product down; adding a half avoids an error by the fraction's inexactness.
    const fraction = stream.rows === 0 ? 0 : Math.min(1, (rows + 0.5) / stream.rows);
    const request = splitReadStreamRequest.encode({ name: stream.emulatorName, fraction });
    const { primaryStream, remainderStream } = splitReadStreamResponse.decode(
      await this.unary("SplitReadStream", request),
    );
    return [
      { emulatorName: primaryStream?.name ?? "", rows },
      { emulatorName: remainderStream?.name ?? "", rows: stream.rows - rows },
    ];
  }

  close(): void {
    this.#client.close();
  }
}
