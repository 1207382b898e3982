// The body of a call as bytes, counted as they arrive.
import type { IncomingMessage } from "node:http";
import { OpenAiError } from "../http/openAiError.ts";

/** Large, because calls contain images and audio. */
export const MAX_CHAT_BODY_BYTES = 32 * 1024 * 1024;

/** Rejects with OpenAiError 413 or 415. A 413 closes the connection, because the rest of the body will not be read. */
export function readBody(incoming: IncomingMessage): Promise<Buffer> {
  if (Number(incoming.headers["content-length"] ?? 0) > MAX_CHAT_BODY_BYTES) return Promise.reject(tooLarge());
  const [type = "", charset] = (incoming.headers["content-type"] ?? "").toLowerCase().split(";");
  const isUtf8 = charset === undefined || !charset.includes("charset=") || /charset="?utf-8"?/.test(charset);
  if (type.trim() !== "application/json" || !isUtf8) {
    return Promise.reject(new OpenAiError(415, "Send the body as application/json in UTF-8."));
  }
  if ((incoming.headers["content-encoding"] ?? "identity").toLowerCase() !== "identity") {
    return Promise.reject(new OpenAiError(415, "Send the body without a content encoding."));
  }
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    incoming.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      chunks.push(chunk);
      if (bytes <= MAX_CHAT_BODY_BYTES) return;
      chunks.length = 0;
      incoming.pause();
      reject(tooLarge());
    });
    incoming.on("end", () => resolve(Buffer.concat(chunks, bytes)));
    incoming.on("error", () => reject(new OpenAiError(400, "The body broke off.")));
  });
}

function tooLarge(): OpenAiError {
  const message = `The body is larger than ${MAX_CHAT_BODY_BYTES} bytes. Send less in one call.`;
  return new OpenAiError(413, message, { headers: { connection: "close" } });
}
