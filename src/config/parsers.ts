// The kinds of values that settings have: how each is read, and what is said of one that cannot be used. Never the value.
import { isIP } from "node:net";
import { z } from "zod";
import { TABLE } from "../providers/bigquery/nameRules.ts";
import { keeps } from "../providers/provider.ts";

const DAY_SECONDS = 86_400;
const SECRET_KEY_BYTES = 32;
const MAX_TABLE_SETTING_CHARS = 128;

/** A whole number within limits; the text is shown in the error's "what to do" only as a range, never echoed. */
export function whole(standard: number, min: number, max: number) {
  const remedy = `must be a whole number from ${min} to ${max}; leave it out for ${standard}`;
  return z
    .string()
    .regex(/^[0-9]{1,12}$/, remedy)
    .transform(Number)
    .refine((value) => value >= min && value <= max, remedy)
    .default(standard);
}

export const seconds = (standard: number, maxDays: number, min = 0) =>
  whole(standard, min, maxDays * DAY_SECONDS).transform((value) => value * 1000);

/** An address without anything behind it: paths are appended by the connectors. */
export const origin = z
  .string()
  .transform((text, ctx) => {
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
  })
  .optional();

export const databaseUrl = z
  .string({ error: "is required: the address of PostgreSQL, as in postgresql://user:password@host:5432/crosscurrent" })
  .refine(
    (text) => URL.canParse(text) && /^postgres(ql)?:$/.test(new URL(text).protocol),
    "must be an address that starts with postgresql://, as in postgresql://user:password@host:5432/crosscurrent",
  );

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

export const plainText = z
  .string()
  .refine(
    (text) => text.length <= 255 && !/\p{Cc}/u.test(text),
    "must be at most 255 characters without control characters",
  );

/** The name of a table in customers' datasets, or its start. */
export const tableName = z
  .string()
  .refine(
    (text) => keeps(TABLE, text) && text.length <= MAX_TABLE_SETTING_CHARS,
    `must be a BigQuery table name of at most ${MAX_TABLE_SETTING_CHARS} characters, as in inworld_router_exposures`,
  );

/** Hosts as they stand in a URL; the port may be left out. */
export const hostList = z
  .string()
  .default("")
  .transform((text, ctx) => {
    const hosts = text.split(",").map((part) => part.trim());
    return hosts
      .filter((host) => host !== "")
      .map((host) => {
        const url = URL.canParse(`http://${host}`) ? new URL(`http://${host}`) : null;
        if (url === null || /[/?#@\s]/.test(host)) {
          ctx.addIssue("must be hosts, with or without a port, separated by commas, as in 127.0.0.1:8095,llm.example");
          return z.NEVER;
        }
        // A URL does not show http's own port.
        return host.endsWith(":80") ? `${url.hostname}:80` : url.host;
      });
  });

export const modelPrefix = z
  .string()
  .regex(/^[\x21-\x7e]{0,63}[/:]$/, "must be at most 64 characters that end in a slash or a colon, as in inworld/")
  .default("inworld/");

/** What a header can carry; the message does not quote it. */
export const token = z
  .string()
  .regex(/^[\x21-\x7e]{1,16384}$/, "must be an access token: printable characters without spaces, at most 16384");

/** Where a process listens: an address of this machine and a port. */
export const socketAddress = z
  .string()
  .refine((text) => {
    const [, bracketed, plain, port] = /^(?:\[(.+)\]|([^:]+)):(\d{1,5})$/.exec(text) ?? [];
    return (isIP(bracketed ?? "") === 6 || isIP(plain ?? "") === 4) && Number(port) <= 65_535;
  }, "must be an IP address and a port, as in 127.0.0.1:9464")
  .optional();
