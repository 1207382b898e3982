// What every answer tells browsers to refuse: other types than the one given, frames, foreign content, the page's address elsewhere.
import type { Context } from "hono";
import { isHttps } from "./clientOrigin.ts";
import type { Env, WebSettings } from "../api/deps.ts";

const COMMON = {
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "x-frame-options": "DENY",
};
/** An answer of the API is never a document that runs or shows anything. */
const API_POLICY = "default-src 'none'; frame-ancestors 'none'";
/** All of the Portal is its own; styles are the exception, because its components set some as they are drawn. */
export const PORTAL_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join("; ");
const NO_FEATURES = "camera=(), geolocation=(), microphone=(), payment=(), usb=()";
/** Two years, as browsers' preload lists ask for. */
const HTTPS_ONLY = "max-age=63072000; includeSubDomains";

const COMMON_BY_HTTPS = { ...COMMON, "strict-transport-security": HTTPS_ONLY };

/** Sets them where the answer does not have its own. */
export function secureHeaders(c: Context<Env>, web: WebSettings): void {
  const { headers } = c.res;
  for (const [name, value] of Object.entries(COMMON)) headers.set(name, value);
  if (!headers.has("cache-control")) headers.set("cache-control", "no-store");
  if (!headers.has("content-security-policy")) headers.set("content-security-policy", API_POLICY);
  else headers.set("permissions-policy", NO_FEATURES);
  if (isHttps(c, web)) headers.set("strict-transport-security", HTTPS_ONLY);
}

/** For what the gateway writes by itself. */
export function nodeHeaders(c: Context<Env>, web: WebSettings): Record<string, string> {
  return isHttps(c, web) ? COMMON_BY_HTTPS : COMMON;
}
