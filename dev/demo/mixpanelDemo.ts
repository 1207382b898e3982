// The demo with Mixpanel.
import type { Api } from "./api.ts";
import { ACCOUNT, createProject, loadPurchases, PROJECT_ID, readEvents } from "./mixpanelProject.ts";
import { firstDay, PURCHASE_EVENT } from "./purchases.ts";
import { type DemoProvider, destinationLines, importLines, runImport, sentLines } from "./demoProvider.ts";
import type { DemoData } from "./data.ts";

const EXPORTED_EVENT = "Inworld Router Exposure";

export function mixpanelDemo(origin: string, data: DemoData): DemoProvider {
  const { nowMs, purchases, exposures, buckets } = data;
  return {
    name: "Mixpanel",
    load: async (bars) => {
      await createProject(origin);
      const bar = bars.add("Mixpanel: loading purchases", purchases.length);
      let loaded = 0;
      await loadPurchases(origin, purchases, (count) => bar.update((loaded += count)));
    },
    connect: (api) => connect(api, firstDay(purchases)),
    counted: { event: PURCHASE_EVENT, isEvent: () => true },
    exportKill: "worker killed in the middle of the export",
    directions: (api, id) => ({
      exporting: {
        label: "Mixpanel: export",
        total: buckets.size,
        look: async () => {
          const done = (await api.integration(id)).export.sent;
          return { done, isMiddle: done > 0 && done < buckets.size };
        },
      },
      importing: runImport("Mixpanel: import", api, id, purchases.length),
    }),
    count: async (api, id) => {
      const fromMs = exposures.reduce((first, { timestamp }) => Math.min(first, timestamp), nowMs);
      const events = await readEvents(origin, EXPORTED_EVENT, fromMs, nowMs);
      const held = events.map(({ properties: { distinct_id: user, time: timestamp, ...ids } }) => ({
        ...ids,
        user,
        timestamp,
      }));
      return [
        ...(await sentLines(api, id, buckets.size)),
        ...destinationLines("events at Mixpanel", held, buckets),
        ...(await importLines(api, id, new Map([[PURCHASE_EVENT, purchases.length]]))),
      ];
    },
  };
}

async function connect(api: Api, importFrom: string): Promise<string> {
  const { id } = await api.call<{ id: string }>("POST", "/v1/integrations", {
    provider: "mixpanel",
    projectId: PROJECT_ID,
    serviceAccountUsername: ACCOUNT.username,
    serviceAccountSecret: ACCOUNT.secret,
    importFrom,
  });
  await api.call("POST", `/v1/integrations/${id}/events`, {
    eventId: PURCHASE_EVENT,
    description: "Fires when a customer completes a purchase",
  });
  return id;
}
