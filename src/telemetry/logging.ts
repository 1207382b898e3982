// Structured logs: JSON lines on stderr, without secrets and without data of users.
import { pino, type DestinationStream, type Logger } from "pino";

const SECRETS = ["apiKey", "authorization", "secret", "serviceAccountSecret", "password", "databaseUrl"];

export function createLogger(
  level: string,
  destination: DestinationStream = pino.destination({ dest: 2, sync: true }),
): Logger {
  return pino(
    {
      level,
      base: { pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: SECRETS.flatMap((name) => [name, `*.${name}`]), censor: "[redacted]" },
      serializers: { err: describeError },
    },
    destination,
  );
}

/** PostgreSQL quotes values in messages of SQLSTATE class 22 and rows in `detail`, so neither is written. */
export function describeError(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { type: typeof error };
  const code = "code" in error && typeof error.code === "string" ? error.code : undefined;
  const quotesData = code !== undefined && /^22[0-9A-Z]{3}$/.test(code);
  const frames = error.stack?.split("\n").filter((line) => /^\s+at /.test(line));
  return {
    type: error.name,
    code,
    message: quotesData ? "(a data exception; its message could quote user data)" : error.message,
    stack: frames?.join("\n"),
    cause: error.cause === undefined ? undefined : describeError(error.cause),
  };
}
