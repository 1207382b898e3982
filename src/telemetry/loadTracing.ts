// Loads OpenTelemetry where traces are switched on. Without them nothing of it is read from disk.
import type { Tracing } from "./tracing.ts";

export interface TracingSettings {
  tracesExporter: "none" | "otlp";
}

type Logger = { warn: (fields: object, message: string) => void };

/** Undefined: no traces. */
export async function loadTracing(
  { tracesExporter }: TracingSettings,
  serviceName: string,
  logger: Logger,
): Promise<Tracing | undefined> {
  if (tracesExporter === "none") return undefined;
  const { startTracing } = await import("./tracing.ts");
  return startTracing(serviceName, (problem) => logger.warn({ problem }, "traces could not be sent"));
}
