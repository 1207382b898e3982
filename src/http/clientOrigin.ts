// Where a call comes from: address, scheme and origin. Proxies are trusted only as far as the operator's settings say.
import type { Context } from "hono";
import ipaddr from "ipaddr.js";
import type { Env } from "./env.ts";

export interface ProxySettings {
  /** The origin that browsers see; undefined: taken from each request. */
  publicUrl: string | undefined;
  /** How many proxies in front of the server are trusted to report the client's address and scheme. */
  trustedProxies: number;
}

/**
 * For IPv6 its /64 network, which belongs to one client. With n trusted proxies, the n-th entry of X-Forwarded-For from
 * the right counts, because clients can write anything to the left of it.
 */
export function clientAddress(c: Context<Env>, { trustedProxies }: ProxySettings): string {
  const forwarded = trustedProxies === 0 ? [] : (c.req.header("x-forwarded-for") ?? "").split(",");
  const entry = forwarded.at(-Math.min(trustedProxies, forwarded.length))?.trim() ?? "";
  // Tests call the app without a server, so `env` can be missing.
  const bindings: Env["Bindings"] | undefined = c.env;
  return networkOf(entry) ?? networkOf(bindings?.incoming?.socket.remoteAddress ?? "") ?? "unknown";
}

function networkOf(text: string): string | null {
  if (!ipaddr.isValid(text)) return null;
  const address = ipaddr.process(text);
  if (address instanceof ipaddr.IPv4) return address.toString();
  const network = address.parts.slice(0, 4).map((part) => part.toString(16));
  return `${network.join(":")}::/64`;
}

/** Whether the browser uses https, to this server or to a proxy in front of it. */
export function isHttps(c: Context<Env>, { publicUrl, trustedProxies }: ProxySettings): boolean {
  if (publicUrl !== undefined) return publicUrl.startsWith("https:");
  const forwarded = trustedProxies === 0 ? undefined : c.req.header("x-forwarded-proto");
  if (forwarded !== undefined) return forwarded.split(",")[0]?.trim().toLowerCase() === "https";
  return new URL(c.req.url).protocol === "https:";
}

/**
 * Whether a page that was loaded by https makes the call. The browser says so itself, so no proxy needs to be trusted.
 * It does not say so when it only reads.
 */
export function isHttpsPage(c: Context<Env>): boolean {
  return c.req.header("origin")?.startsWith("https:") === true;
}

/** Null if the call does not say, which today's browsers always do for calls that change something. */
export function isSameOrigin(c: Context<Env>, { publicUrl }: ProxySettings): boolean | null {
  const site = c.req.header("sec-fetch-site");
  const origin = c.req.header("origin");
  if (site !== undefined && site !== "same-origin") return false;
  if (origin === undefined) return site === undefined ? null : true;
  if (publicUrl !== undefined) return origin === publicUrl;
  // Without publicUrl the scheme is unknown, because a proxy may end TLS. The host is the one that the browser called.
  return URL.canParse(origin) && new URL(origin).host === new URL(c.req.url).host;
}
