// POST …/export/resend: sends all buckets again, for a destination that was made anew or has lost rows.
import { z } from "@hono/zod-openapi";
import { endpointsOf } from "../../http/endpoint.ts";
import { untilLeft, type App } from "../../http/env.ts";
import { orNotFound, Problem } from "../../http/problem.ts";
import type { AppDeps } from "../deps.ts";
import { integrationRef, signalWorkflow } from "../integrations/signals.ts";
import { calendarDay, integrationParams } from "../schemas.ts";
import { requestResponse } from "./responses.ts";

const resendBody = z
  .strictObject({
    from: calendarDay.optional().describe("The first day (UTC) whose buckets are sent again. Default: all days."),
  })
  .openapi("ResendExport", { example: { from: "2026-01-31" } });

export function registerResend(app: App, deps: AppDeps): void {
  const { exports, integrations } = deps.store;
  endpointsOf(
    app,
    "runs",
  )({
    method: "post",
    path: "/v1/integrations/{id}/export/resend",
    operationId: "resendExport",
    summary: "Send everything again",
    description:
      "Asks for a run that sends all buckets again, those before `from` aside. A destination keeps one of each, so " +
      "this is harmless where they still are. Until they are delivered they count as pending instead of sent, and " +
      "`completeThrough` is set back. `getSyncRequest` answers for the request. A paused integration, or one whose " +
      "export is off, refuses with 409.",
    params: integrationParams,
    body: resendBody,
    status: 202,
    response: requestResponse,
    problems: [409],
    handler: async ({ workspaceId, params: { id }, body: { from } }, c) => {
      const row = orNotFound("integration", await integrations.get(workspaceId, id));
      const request = orNotFound(
        "integration",
        await exports.requestResend(workspaceId, id, from ?? null, untilLeft(c)),
      );
      if (request === "paused") throw new Problem(409, "The integration is paused. Resume it, then ask again.");
      if (request === "off") throw new Problem(409, "The export is off. Switch it on, then ask again.");
      await signalWorkflow(deps, id, "syncNow", (control) => control.syncNow(integrationRef(row), request.requestId));
      return { requestId: request.requestId };
    },
  });
}
