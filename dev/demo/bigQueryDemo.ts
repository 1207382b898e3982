// The demo with BigQuery.
import type { BigQuery } from "../standins/bigquery/start.ts";
import type { Api } from "./api.ts";
import * as project from "./bigQueryProject.ts";
import { firstDay } from "./purchases.ts";
import { type DemoProvider, destinationLines, importLines, runImport, sentLines } from "./demoProvider.ts";
import type { DemoData } from "./data.ts";

const EVENTS = {
  single_purchase: "Fires when a customer buys one CD",
  multi_purchase: "Fires when a customer buys several CDs at once",
};

export function bigQueryDemo(bigQuery: BigQuery, { purchases, buckets }: DemoData): DemoProvider {
  return {
    name: "BigQuery",
    load: async (bars, signal) => {
      bars.note("preparing Google's Python client (the first run installs it)");
      await project.createAccounts(bigQuery);
      const bar = bars.add("BigQuery: loading purchases", purchases.length);
      let loaded = 0;
      await project.loadPurchases(bigQuery, purchases, (count) => bar.update((loaded += count)), signal);
    },
    connect: (api) => connect(api, firstDay(purchases)),
    counted: {
      event: "multi_purchase",
      isEvent: (purchase) => project.eventOf(purchase) === "multi_purchase",
    },
    exportKill: "worker killed between the load and the end of the MERGE",
    directions: (api, id) => ({
      exporting: {
        label: "BigQuery: export",
        total: buckets.size,
        // All buckets are one load and one MERGE, which are counted at once. The middle is the time before that.
        look: async () => {
          const [begun, integration] = await Promise.all([project.hasBegunExport(bigQuery), api.integration(id)]);
          return { done: integration.export.sent, isMiddle: begun && integration.export.sent === 0 };
        },
      },
      importing: runImport("BigQuery: import", api, id, purchases.length),
    }),
    count: async (api, id) => [
      ...(await sentLines(api, id, buckets.size)),
      ...destinationLines("rows of inworld_router_exposures", await project.readExposures(bigQuery), buckets),
      ...(await importLines(api, id, countEvents(purchases.map(project.eventOf)))),
    ],
  };
}

async function connect(api: Api, importFrom: string): Promise<string> {
  const { id } = await api.call<{ id: string }>("POST", "/v1/integrations", {
    provider: "bigquery",
    projectId: project.PROJECT_ID,
    datasetId: project.DATASET,
    location: project.LOCATION,
    serviceAccountEmail: project.SYNC_ACCOUNT,
    importFrom,
  });
  for (const [eventName, description] of Object.entries(EVENTS)) {
    await api.call("POST", `/v1/integrations/${id}/events`, {
      eventName,
      description,
      dataset: project.DATASET,
      tableName: project.PURCHASES_TABLE,
      eventFieldName: "event_name",
      userIdFieldName: "user_id",
      timestampFieldName: "created_at",
      eventUuidFieldName: "event_uuid",
    });
  }
  return id;
}

function countEvents(names: string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}
