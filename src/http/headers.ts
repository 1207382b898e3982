// Security headers of every response: what browsers must not do with it.
import type { Context } from "hono";
import { isHttps, type ProxySettings } from "./clientOrigin.ts";
import type { Env } from "./env.ts";

const COMMON = {
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "x-frame-options": "DENY",
};
/** Two years, which the preload lists of browsers ask for. */
const COMMON_BY_HTTPS = { ...COMMON, "strict-transport-security": "max-age=63072000; includeSubDomains" };

/** Responses of the API are never documents, so they may load nothing. */
const API_POLICY = "default-src 'none'; frame-ancestors 'none'";
/** Pages load only what this server serves. Styles may be inline, because components set some as they are drawn. */
export const PAGE_POLICY = [
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

/** Sets the headers; keeps the response's own cache control and content security policy. */
export function secureHeaders(c: Context<Env>, proxy: ProxySettings): void {
  const { headers } = c.res;
  for (const [name, value] of Object.entries(commonHeaders(c, proxy))) headers.set(name, value);
  if (!headers.has("cache-control")) headers.set("cache-control", "no-store");
  if (!headers.has("content-security-policy")) headers.set("content-security-policy", API_POLICY);
  else headers.set("permissions-policy", NO_FEATURES);
}

/** The headers of responses that bypass hono, such as those of the gateway. */
export function commonHeaders(c: Context<Env>, proxy: ProxySettings): Record<string, string> {
  return isHttps(c, proxy) ? COMMON_BY_HTTPS : COMMON;
}
