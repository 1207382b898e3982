// What the configuration calls accept of Mixpanel, as the store takes it.
import type { NewEvent } from "../../domain/event.ts";
import type { IntegrationPatch, NewMixpanelIntegration } from "../../domain/integration.ts";
import { z } from "@hono/zod-openapi";
import {
  eventName,
  flatText,
  importFromDay,
  directionSwitches,
  optionalDescription,
  sayUnknown,
  type NowMs,
} from "../schemas.ts";

const serviceAccountUsername = flatText.refine((text) => !text.includes(":"), "must not contain a colon");

export function newMixpanelIntegration(nowMs: NowMs) {
  return z
    .strictObject(
      {
        provider: z.literal("mixpanel"),
        projectId: z.string().regex(/^[0-9]{1,20}$/, "must be the digits of the Mixpanel project id"),
        serviceAccountUsername,
        serviceAccountSecret: flatText,
        region: z.enum(["us", "eu", "in"]).default("us"),
        projectTime: z.enum(["utc", "local"]).default("utc"),
        importFrom: importFromDay(nowMs).optional(),
      },
      sayUnknown("unknown field of a Mixpanel integration"),
    )
    .openapi("NewMixpanelIntegration");
}

export function toNewMixpanel(body: z.output<ReturnType<typeof newMixpanelIntegration>>): NewMixpanelIntegration {
  const { serviceAccountSecret: secret, importFrom = null, ...settings } = body;
  return { ...settings, secret, importFrom };
}

const patch = z
  .strictObject(
    {
      ...directionSwitches,
      serviceAccountUsername: serviceAccountUsername.optional(),
      serviceAccountSecret: flatText.optional(),
    },
    sayUnknown("unknown field of a Mixpanel integration, or one that never changes"),
  )
  .openapi("MixpanelPatch");

export const mixpanelPatch = patch.transform(
  ({
    export: exporting,
    import: importing,
    serviceAccountUsername: username,
    serviceAccountSecret,
  }): IntegrationPatch => ({
    exportEnabled: exporting?.enabled,
    importEnabled: importing?.enabled,
    serviceAccountUsername: username,
    secret: serviceAccountSecret,
  }),
);

export const newMixpanelEvent = z
  .strictObject(
    { eventId: eventName, description: optionalDescription },
    sayUnknown("unknown field of a Mixpanel event, which has an eventId and a description"),
  )
  .openapi("NewMixpanelEvent")
  .transform(({ eventId, ...rest }): NewEvent => ({ name: eventId, source: null, ...rest }));
