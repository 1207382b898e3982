// POST …/events/{name}/reread: reads days of an event again, for corrections and merged identities.
import { z } from "@hono/zod-openapi";
import { endpointsOf } from "../../http/endpoint.ts";
import type { App } from "../../http/env.ts";
import { orNotFound, Problem } from "../../http/problem.ts";
import type { AppDeps } from "../deps.ts";
import { integrationRef, signalWorkflow } from "../integrations/signals.ts";
import { requestResponse } from "../runs/responses.ts";
import { calendarDay, eventParams } from "../schemas.ts";

const rereadBody = z
  .strictObject({
    from: calendarDay.describe("The first day to read again, not before the import's first day."),
    to: calendarDay.optional().describe("The last day to read again. Default: today."),
  })
  .openapi("Reread", { example: { from: "2026-01-31", to: "2026-02-03" } });

export function registerReread(app: App, deps: AppDeps): void {
  const { imports, integrations } = deps.store;
  endpointsOf(
    app,
    "events",
  )({
    method: "post",
    path: "/v1/integrations/{id}/events/{name}/reread",
    operationId: "rereadEvent",
    summary: "Read days again",
    description:
      "Asks for a run that reads these days of the event again. Nothing is stored twice; corrections and merged " +
      "identities are taken over. `getSyncRequest` answers for the request. While the integration is paused or its " +
      "import is off, the answer is a 409.",
    params: eventParams,
    body: rereadBody,
    status: 202,
    response: requestResponse,
    problems: [409],
    handler: async ({ workspaceId, params: { id, name }, body: { from, to } }) => {
      const row = orNotFound("integration", await integrations.get(workspaceId, id));
      const days = { fromDay: from, toDay: to ?? null };
      const request = orNotFound("event", await imports.requestReread(workspaceId, id, name, days));
      if (request === "paused") throw new Problem(409, "The integration is paused. Resume it, then ask again.");
      if (request === "off") throw new Problem(409, "The import is off. Switch it on, then ask again.");
      await signalWorkflow(deps, id, "syncNow", (control) => control.syncNow(integrationRef(row), request.requestId));
      return { requestId: request.requestId };
    },
  });
}
