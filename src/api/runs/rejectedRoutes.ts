// Rejected records: the list, and sending rejected buckets again.
import { z } from "@hono/zod-openapi";
import type { ResendResult } from "../../domain/run.ts";
import type { App } from "../../http/env.ts";
import { endpointsOf } from "../../http/endpoint.ts";
import { invalid, orNotFound, Problem } from "../../http/problem.ts";
import type { AppDeps } from "../deps.ts";
import { integrationRef, signalWorkflow } from "../integrations/signals.ts";
import { jsonResponse } from "../rawJson.ts";
import { integrationParams, pageQuery } from "../schemas.ts";
import { rejectedList, requestResponse, toRejectedListText } from "./responses.ts";

const MAX_RESENT_IDS = 1_000;
const UNKNOWN_ID = "is the id of no rejected record of this integration";

const resendBody = z
  .strictObject({
    ids: z
      .array(z.string().regex(/^[0-9]{1,18}$/, UNKNOWN_ID))
      .min(1, "must not be empty; leave it out to send all again")
      .max(MAX_RESENT_IDS, `must have at most ${MAX_RESENT_IDS} ids`)
      .optional()
      .describe("Ids of rejected records of the export. Default: all of them."),
  })
  .openapi("ResendRejected", { example: { ids: ["1042"] } });

export function registerRejected(app: App, deps: AppDeps): void {
  const endpoint = endpointsOf(app, "runs");
  const { runs, integrations } = deps.store;
  endpoint({
    method: "get",
    path: "/v1/integrations/{id}/rejected",
    operationId: "listRejectedRecords",
    summary: "List rejected records",
    description:
      "Returns the records that were refused for good, oldest first, with the reasons, and how many have each. All " +
      "buckets of the export are listed; of an import, a sample of each event and reason. Records contain user ids. " +
      "A page ends early once it has about 2 MB: go on with `next` until it is null.",
    params: integrationParams,
    query: pageQuery,
    response: rejectedList,
    handler: async ({ workspaceId, params, query }) =>
      jsonResponse(toRejectedListText(orNotFound("integration", await runs.rejected(workspaceId, params.id, query)))),
  });
  endpoint({
    method: "post",
    path: "/v1/integrations/{id}/rejected/resend",
    operationId: "resendRejectedRecords",
    summary: "Send rejected records again",
    description:
      "Asks for a run that sends rejected records of the export again, before anything else. Use it when the cause " +
      "is mended. Those that are delivered leave the list, those that are refused again stay with the new reason. A " +
      "paused integration, or one whose export is off, refuses with 409.",
    params: integrationParams,
    body: resendBody,
    status: 202,
    response: requestResponse,
    problems: [409],
    handler: async ({ workspaceId, params: { id }, body }) => {
      const row = orNotFound("integration", await integrations.get(workspaceId, id));
      const result = orNotFound("integration", await runs.requestResend(workspaceId, id, body.ids ?? null));
      const requestId = requestIdOrThrow(result);
      await signalWorkflow(deps, id, "syncNow", (control) => control.syncNow(integrationRef(row), requestId));
      return { requestId };
    },
  });
}

function requestIdOrThrow(result: ResendResult): string {
  switch (result.kind) {
    case "requested":
      return result.requestId;
    case "paused":
      throw new Problem(409, "The integration is paused. Resume it, then send the records again.");
    case "export_off":
      throw new Problem(409, "The export is off. Switch it on, then send the records again.");
    case "invalid":
      throw invalid(
        result.ids.map(({ index, problem }) => ({
          path: `ids[${index}]`,
          message: problem === "unknown" ? UNKNOWN_ID : "is the id of an imported record, which cannot be sent",
        })),
      );
  }
}
