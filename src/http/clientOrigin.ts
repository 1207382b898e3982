// Where a call comes from: address, scheme and origin. Proxies in front are believed only as far as the operator says.
import type { Context } from "hono";
import ipaddr from "ipaddr.js";
import type { Env, WebSettings } from "../api/deps.ts";

type Front = Pick<WebSettings, "publicUrl" | "trustedProxies">;

/**
 * The client's address; of IPv6 the /64, which is what one client has. With n trusted proxies it is the n-th entry from the right of
 * X-Forwarded-For: everything to the left of it was written by whoever liked to.
 */
export function addressOf(c: Context<Env>, { trustedProxies }: Front): string {
  const forwarded = trustedProxies === 0 ? [] : (c.req.header("x-forwarded-for") ?? "").split(",");
  const entry = forwarded.at(-Math.min(trustedProxies, forwarded.length))?.trim() ?? "";
  return networkOf(entry) ?? networkOf(nodeOf(c).incoming?.socket.remoteAddress ?? "") ?? "unknown";
}

/** Without a server around it, as in tests, the app is called without any. */
export function nodeOf(c: Context<Env>): Env["Bindings"] {
  return c.env ?? {};
}

function networkOf(text: string): string | null {
  if (!ipaddr.isValid(text)) return null;
  const address = ipaddr.process(text);
  if (address instanceof ipaddr.IPv4) return address.toString();
  return `${address.parts
    .slice(0, 4)
    .map((part) => part.toString(16))
    .join(":")}::/64`;
}

/** Whether the browser speaks https, be it to a proxy in front. */
export function isHttps(c: Context<Env>, { publicUrl, trustedProxies }: Front): boolean {
  if (publicUrl !== undefined) return publicUrl.startsWith("https:");
  const forwarded = trustedProxies === 0 ? undefined : c.req.header("x-forwarded-proto");
  if (forwarded !== undefined) return forwarded.split(",")[0]?.trim().toLowerCase() === "https";
  return new URL(c.req.url).protocol === "https:";
}

/**
 * Whether a browser says that one of our own pages makes this call; null where nothing is said, which no browser of today leaves out
 * of a call that changes something.
 */
export function isSameOrigin(c: Context<Env>, { publicUrl }: Front): boolean | null {
  const site = c.req.header("sec-fetch-site");
  const origin = c.req.header("origin");
  if (site !== undefined && site !== "same-origin") return false;
  if (origin === undefined) return site === undefined ? null : true;
  if (publicUrl !== undefined) return origin === publicUrl;
  // Without that setting the scheme is not known for sure: TLS may end in front. The host is what the browser was aimed at.
  return URL.canParse(origin) && new URL(origin).host === new URL(c.req.url).host;
}
