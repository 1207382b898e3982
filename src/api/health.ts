// Liveness, readiness and metrics: open to the operator's machinery, without a key and without anybody's data.
import type { AppDeps } from "./deps.ts";
import { handle, type App } from "../http/endpoint.ts";
import { Problem } from "../http/problem.ts";
import { within } from "./integrations/signals.ts";

const READY_TIMEOUT_MS = 3_000;

export function registerHealth(app: App, deps: AppDeps): void {
  handle(app, "get", "/healthz", async (c) => c.json({ status: "ok" }));
  handle(app, "get", "/readyz", async (c) => {
    const [database, temporal] = await Promise.allSettled([
      within(deps.store.ping(), READY_TIMEOUT_MS),
      within(deps.temporalReady(), READY_TIMEOUT_MS),
    ]);
    const missing = Object.entries({ database, temporal }).filter(([, result]) => result.status === "rejected");
    if (missing.length === 0) return c.json({ status: "ready" });
    const errors = missing.map(([path]) => ({ path, message: "cannot be reached" }));
    throw new Problem(503, "Not ready.", { errors });
  });
  handle(app, "get", "/metrics", async (c) => {
    const { contentType, text } = await deps.metrics.render();
    return c.body(text, 200, { "content-type": contentType });
  });
}
