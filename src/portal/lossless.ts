// Reads responses whose numbers may have more digits than a JavaScript number. Apart from api.ts to be loaded late.
import { parse } from "lossless-json";
import { unwrap, type ApiCall } from "./api.ts";

/** As `unwrap`, for a text of JSON. Its numbers become LosslessNumbers. */
export async function unwrapLossless<T>(call: ApiCall<string>): Promise<T> {
  return parse(await unwrap(call)) as T;
}
