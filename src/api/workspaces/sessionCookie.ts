// The cookie of a browser's session. Scripts and pages of other sites cannot use it; https binds it to this host.
import type { Context } from "hono";
import { getCookie, setCookie } from "hono/cookie";
import { isHttps, isHttpsPage, type ProxySettings } from "../../http/clientOrigin.ts";
import type { Env } from "../../http/env.ts";

const NAME = "crosscurrent_session";
/** Browsers take a cookie of such a name only by https, and from this very host. */
const HTTPS_NAME = `__Host-${NAME}`;

export function sessionCookie(c: Context<Env>, proxy: ProxySettings) {
  const isKnown = isHttps(c, proxy);
  const secure = isKnown || isHttpsPage(c);
  const name = secure ? HTTPS_NAME : NAME;
  const attributes = { path: "/", httpOnly: true, sameSite: "Strict", secure } as const;
  return {
    // A call that only reads may have come by https without a word of it.
    read: () => getCookie(c, HTTPS_NAME) ?? (isKnown ? undefined : getCookie(c, NAME)),
    // Without an age, so that it ends with the browser. The store knows when the session ends.
    write: (token: string) => setCookie(c, name, token, attributes),
    clear: () => setCookie(c, name, "", { ...attributes, maxAge: 0 }),
  };
}
