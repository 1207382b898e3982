// The body of a call, counted and scanned as its bytes arrive.
import type { IncomingMessage } from "node:http";
import type { JsonScan } from "../domain/jsonScan.ts";
import type { Hold } from "../http/admission/heldBytes.ts";
import { utf8Type } from "../http/mediaTypes.ts";
import { OpenAiError } from "../http/openAiError.ts";
import { closing, Problem } from "../http/problem.ts";
import { faultError, readCallBody, scanCallBody, type CallBody } from "./callBody.ts";

/** Large, because calls contain images and audio. */
export const MAX_CALL_BODY_BYTES = 32 * 1024 * 1024;

/** Scanning takes time: so many bytes of a call are a piece of work. */
const PIECE_BYTES = 64 * 1024;
/** Copying takes less. */
const COPIED_BYTES = 16 * PIECE_BYTES;

export interface Share {
  hold: Hold;
  /** Counts bytes towards the workspace's rate. */
  countBytes: (bytes: number) => void;
}

/**
 * Rejects with OpenAiError 400, 413 or 415, and with a Problem if `hold` has no room. A refusal in the middle of a body
 * closes the connection, because the rest of it will not be read.
 */
export async function readBody(incoming: IncomingMessage, share: Share): Promise<CallBody> {
  const declared = Number(incoming.headers["content-length"] ?? 0);
  if (declared > MAX_CALL_BODY_BYTES) throw tooLarge();
  if (utf8Type(incoming.headers["content-type"], ["application/json"]) === null) {
    throw new OpenAiError(415, "Send the body as application/json in UTF-8.");
  }
  if ((incoming.headers["content-encoding"] ?? "identity").toLowerCase() !== "identity") {
    throw new OpenAiError(415, "Send the body without a content encoding.");
  }
  share.hold.check(declared);
  const scan = scanCallBody();
  return readCallBody(await readBytes(incoming, share, scan), scan);
}

async function readBytes(incoming: IncomingMessage, share: Share, scan: JsonScan): Promise<Buffer> {
  const chunks: Buffer[] = [];
  await receive(incoming, share, scan, chunks);
  const body = await gather(chunks, share.hold);
  // The listeners live as long as the response, and the bytes must not.
  chunks.length = 0;
  return body;
}

/** Copying a large body at once would stall the process: the pages of its memory are new. */
async function gather(chunks: Buffer[], hold: Hold): Promise<Buffer> {
  const body = Buffer.allocUnsafe(chunks.reduce((bytes, chunk) => bytes + chunk.length, 0));
  let copiedTo = 0;
  let restedAt = 0;
  let startedMs = performance.now();
  for (const chunk of chunks) {
    copiedTo += chunk.copy(body, copiedTo);
    if (copiedTo - restedAt < COPIED_BYTES || copiedTo === body.length) continue;
    await hold.nextPiece(performance.now() - startedMs);
    restedAt = copiedTo;
    startedMs = performance.now();
  }
  return body;
}

/** Resolves to nothing: its listeners keep what it resolves to. */
function receive(incoming: IncomingMessage, share: Share, scan: JsonScan, chunks: Buffer[]): Promise<void> {
  const { hold, countBytes } = share;
  return new Promise((resolve, reject) => {
    let bytes = 0;
    let pieceBytes = 0;
    let pieceMs = 0;
    const refuse = (error: unknown) => {
      chunks.length = 0;
      incoming.pause();
      reject(error instanceof Problem ? closing(error) : error);
    };
    incoming.on("data", (chunk: Buffer) => {
      const startedMs = performance.now();
      bytes += chunk.length;
      chunks.push(chunk);
      try {
        if (bytes > MAX_CALL_BODY_BYTES) throw tooLarge();
        hold.add(chunk.length);
        countBytes(chunk.length);
        const fault = scan.push(chunk);
        if (fault !== null) throw withClose(faultError(fault));
      } catch (error) {
        refuse(error);
        return;
      }
      pieceBytes += chunk.length;
      pieceMs += performance.now() - startedMs;
      if (pieceBytes < PIECE_BYTES) return;
      incoming.pause();
      void hold.nextPiece(pieceMs).then(() => incoming.resume());
      pieceBytes = 0;
      pieceMs = 0;
    });
    incoming.on("end", resolve);
    const breakOff = () => reject(new OpenAiError(400, "The body broke off."));
    incoming.on("error", breakOff);
    // Comes after the end too, where it changes nothing.
    incoming.on("close", breakOff);
    // Its events came while the call's key was looked up.
    if (incoming.destroyed) breakOff();
  });
}

function tooLarge(): OpenAiError {
  return withClose(
    new OpenAiError(413, `The body is larger than ${MAX_CALL_BODY_BYTES} bytes. Send less in one call.`),
  );
}

function withClose({ status, message }: OpenAiError): OpenAiError {
  return new OpenAiError(status, message, { headers: { connection: "close" } });
}
