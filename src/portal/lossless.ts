// Reads responses whose numbers may have more digits than a JavaScript number. Not in api.ts, so that it is loaded late.
import { parse } from "lossless-json";
import { unwrap, type ApiCall } from "./api.ts";

/** As `unwrap`, for a text of JSON. Its numbers become LosslessNumbers. */
export async function unwrapLossless<T>(call: ApiCall<string>): Promise<T> {
  return parse(await unwrap(call)) as T;
}
