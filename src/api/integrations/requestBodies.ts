// Bodies whose form depends on the provider: in a new integration it says so itself, elsewhere the integration tells.
import type { NewIntegration } from "../../domain/integration.ts";
import { z } from "@hono/zod-openapi";
import type { ProviderSettings } from "../../domain/integration.ts";
import { bigQueryPatch, newBigQueryEvent, newBigQueryIntegration, toNewBigQuery } from "./bigQuerySchemas.ts";
import { mixpanelPatch, newMixpanelEvent, newMixpanelIntegration, toNewMixpanel } from "./mixpanelSchemas.ts";
import type { NowMs } from "../schemas.ts";

export function newIntegration(nowMs: NowMs) {
  return z
    .discriminatedUnion("provider", [newMixpanelIntegration(nowMs), newBigQueryIntegration(nowMs)], {
      error: (issue) => (issue.code === "invalid_union" ? 'must be "mixpanel" or "bigquery"' : undefined),
    })
    .openapi("NewIntegration")
    .transform((body): NewIntegration => (body.provider === "mixpanel" ? toNewMixpanel(body) : toNewBigQuery(body)));
}

/** All forms, for the documentation. */
export const integrationPatch = z.union([mixpanelPatch, bigQueryPatch({ datasetId: null })]);
export const newEvent = z.union([newMixpanelEvent, newBigQueryEvent]);

export function integrationPatchFor(settings: ProviderSettings) {
  return settings.provider === "mixpanel" ? mixpanelPatch : bigQueryPatch(settings);
}

export function newEventFor({ provider }: ProviderSettings) {
  return provider === "mixpanel" ? newMixpanelEvent : newBigQueryEvent;
}
