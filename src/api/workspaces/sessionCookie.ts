// The cookie of a browser's session. Scripts and pages of other sites cannot use it; https binds it to this host.
import type { Context } from "hono";
import { getCookie, setCookie } from "hono/cookie";
import { isHttps, type ProxySettings } from "../../http/clientOrigin.ts";
import type { Env } from "../../http/env.ts";

const NAME = "crosscurrent_session";

export function sessionCookie(c: Context<Env>, proxy: ProxySettings) {
  const secure = isHttps(c, proxy);
  const name = secure ? `__Host-${NAME}` : NAME;
  const attributes = { path: "/", httpOnly: true, sameSite: "Strict", secure } as const;
  return {
    read: () => getCookie(c, name),
    // Without an age, so that it ends with the browser. The store knows when the session ends.
    write: (token: string) => setCookie(c, name, token, attributes),
    clear: () => setCookie(c, name, "", { ...attributes, maxAge: 0 }),
  };
}
