// The cookie of a browser's session: out of reach of scripts and of other sites' pages, and over https bound to this very host.
import type { Context } from "hono";
import { getCookie, setCookie } from "hono/cookie";
import { isHttps } from "../../http/clientOrigin.ts";
import type { Env, WebSettings } from "../deps.ts";

const NAME = "crosscurrent_session";

interface SessionCookie {
  read(): string | undefined;
  write(token: string): void;
  clear(): void;
}

export function sessionCookie(c: Context<Env>, web: WebSettings): SessionCookie {
  const secure = isHttps(c, web);
  const name = secure ? `__Host-${NAME}` : NAME;
  const attributes = { path: "/", httpOnly: true, sameSite: "Strict", secure } as const;
  return {
    read: () => getCookie(c, name),
    // Without an age it goes with the browser; the store knows when it is over.
    write: (token) => setCookie(c, name, token, attributes),
    clear: () => setCookie(c, name, "", { ...attributes, maxAge: 0 }),
  };
}
