// Which scope of its key a call needs. It follows from method and path, so that no new endpoint can be left open.
import type { Scope } from "../domain/apiKey.ts";
import { isOpenAiPath } from "./openAiError.ts";

export const SAFE_METHODS = new Set(["GET", "HEAD", "OPTIONS"]);

export function neededScope(method: string, path: string): Scope {
  if (isOpenAiPath(path)) return "chat";
  if (path === "/v1/exposures") return "exposures";
  // Signing out is for everybody who could sign in.
  if (SAFE_METHODS.has(method) || path === "/v1/session") return "read";
  return "admin";
}
