// Liveness and readiness for the operator's tools: no key is needed, and no data of a workspace is shown.
import pTimeout from "p-timeout";
import { route } from "../http/endpoint.ts";
import type { App } from "../http/env.ts";
import { Problem } from "../http/problem.ts";
import type { AppDeps } from "./deps.ts";

const TIMEOUT = { milliseconds: 3_000 };

export function registerHealth(app: App, { store, temporalReady }: AppDeps): void {
  // A restart does not help against an outage, and would lose the keys and routers that go on serving during it.
  route(app, "get", "/healthz", async (c) => {
    if (!store.isStuck()) return c.json({ status: "ok" });
    throw new Problem(503, "This process cannot use the database, although a new one could. Restart it.");
  });
  route(app, "get", "/readyz", async (c) => {
    const [database, temporal] = await Promise.allSettled([
      pTimeout(store.ping(), TIMEOUT),
      pTimeout(temporalReady(), TIMEOUT),
    ]);
    const missing = Object.entries({ database, temporal }).filter(([, result]) => result.status === "rejected");
    if (missing.length === 0) return c.json({ status: "ready" });
    const errors = missing.map(([path]) => ({ path, message: "cannot be reached" }));
    throw new Problem(503, "Not ready.", { errors });
  });
}
