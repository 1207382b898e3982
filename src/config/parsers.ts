// Parsers of settings: each takes the text of an environment variable. Error messages never quote the value.
import { z } from "zod";

const DAY_SECONDS = 86_400;
const SECRET_KEY_BYTES = 32;

export function wholeNumber(min: number, max: number) {
  const message = `must be a whole number from ${min} to ${max}`;
  return z
    .string()
    .regex(/^[0-9]{1,12}$/, message)
    .transform(Number)
    .refine((value) => value >= min && value <= max, message);
}

/** Takes seconds, returns milliseconds. */
export const seconds = (min: number, maxDays: number) =>
  wholeNumber(min, maxDays * DAY_SECONDS).transform((value) => value * 1000);

export const plainText = z
  .string()
  .refine(
    (text) => text.length <= 255 && !/\p{Cc}/u.test(text),
    "must be at most 255 characters without control characters",
  );

/** An address without a path: the code that uses it appends one. */
export const origin = z.string().transform((text, ctx) => {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol)) {
    ctx.addIssue("must be an http:// or https:// address, as in http://127.0.0.1:8090");
    return z.NEVER;
  }
  if (url.pathname !== "/" || url.search !== "" || url.hash !== "" || url.username !== "" || url.password !== "") {
    ctx.addIssue("must be an origin alone, without path, query or user: the path is appended");
    return z.NEVER;
  }
  return url.origin;
});

export const databaseUrl = z
  .string({ error: "is required: the address of PostgreSQL, as in postgresql://user:password@host:5432/crosscurrent" })
  .refine(
    (text) => URL.canParse(text) && /^postgres(ql)?:$/.test(new URL(text).protocol),
    "must be an address that starts with postgresql://, as in postgresql://user:password@host:5432/crosscurrent",
  );

/** Hosts as a URL spells them, separated by commas; each may have a port. */
export const hostList = z.string().transform((text, ctx) => {
  const hosts = text.split(",").map((part) => part.trim());
  return hosts
    .filter((host) => host !== "")
    .map((host) => {
      const url = URL.canParse(`http://${host}`) ? new URL(`http://${host}`) : null;
      if (url === null || /[/?#@\s]/.test(host)) {
        ctx.addIssue("must be hosts, with or without a port, separated by commas, as in 127.0.0.1:8095,llm.example");
        return z.NEVER;
      }
      // A URL drops port 80, since it is the default of http.
      return host.endsWith(":80") ? `${url.hostname}:80` : url.host;
    });
});

/** Ports, separated by commas. */
export const portList = z
  .string()
  .regex(/^[1-9][0-9]{0,4}(,[1-9][0-9]{0,4})*$/, "must be ports, separated by commas, as in 443,8443")
  .transform((text) => text.split(",").map(Number))
  .refine((ports) => ports.every((port) => port <= 65_535), "must be ports of at most 65535");

export const modelPrefix = z
  .string()
  .regex(/^[\x21-\x7e]{0,63}[/:]$/, "must be at most 64 characters that end in a slash or a colon, as in inworld/");

export const token = z
  .string()
  .regex(/^[\x21-\x7e]{1,16384}$/, "must be an access token: printable characters without spaces, at most 16384");

/** A secret that may stand in a path and in a header, too long to be guessed. */
export const bearerToken = z
  .string()
  .regex(/^[A-Za-z0-9_-]{32,255}$/, "must be 32 to 255 letters, digits, - or _; make one with `openssl rand -hex 32`");

/** An IP address of this machine and a port. */
export const socketAddress = z.string().refine((text) => {
  const [, ipv6, ipv4, port] = /^(?:\[(.+)\]|([^:]+)):(\d{1,5})$/.exec(text) ?? [];
  const isAddress = z.ipv6().safeParse(ipv6).success || z.ipv4().safeParse(ipv4).success;
  return isAddress && Number(port) <= 65_535;
}, "must be an IP address and a port, as in 127.0.0.1:9464");

const LOG_LEVELS = ["trace", "debug", "info", "warn", "error", "fatal", "silent"];

export const logLevel = z
  .string()
  .refine((level) => LOG_LEVELS.includes(level), `must be one of ${LOG_LEVELS.join(", ")}`);

/** Base64 keys of 32 bytes, separated by commas. The first encrypts, all decrypt. */
export const secretKeys = z
  .string({ error: "is required: 32 random bytes as base64; make one with `openssl rand -base64 32`" })
  .transform((text, ctx) => {
    const keys = text.split(",").map((part) => decodeKey(part.trim()));
    for (const [index, key] of keys.entries()) {
      if (key !== null) continue;
      const which = keys.length === 1 ? "must be" : `key ${index + 1} of ${keys.length} must be`;
      ctx.addIssue(`${which} 32 bytes as base64 (44 characters); make one with \`openssl rand -base64 32\``);
    }
    return keys.filter((key) => key !== null);
  });

function decodeKey(text: string): Buffer | null {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text)) return null;
  const key = Buffer.from(text, "base64");
  return key.length === SECRET_KEY_BYTES ? key : null;
}
