// BigQuery in the demo.
import type { BigQuery } from "../standins/bigquery/start.ts";
import type { Api } from "./api.ts";
import * as project from "./bigQueryProject.ts";
import { firstDay } from "./purchases.ts";
import { heldLines, runImport, importLines, sentLines } from "./side.ts";
import type { DemoData, Side } from "./side.ts";

const EVENTS = {
  single_purchase: "Fires when a customer buys one CD",
  multi_purchase: "Fires when a customer buys several CDs at once",
};

export function bigQuerySide(bigQuery: BigQuery, { purchases, buckets }: DemoData): Side {
  return {
    name: "BigQuery",
    load: async (bars, signal) => {
      bars.note("preparing Google's Python client, which the first time is installed");
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
    exportKill: "worker killed after the load began, before the MERGE counted",
    directions: (api, id) => ({
      exporting: {
        label: "BigQuery: export",
        total: buckets.size,
        // So many buckets are one load and one MERGE, which count as one: its middle is all that comes before that.
        look: async () => {
          const [begun, integration] = await Promise.all([project.hasBegunExport(bigQuery), api.integration(id)]);
          return { done: integration.export.sent, isMiddle: begun && integration.export.sent === 0 };
        },
      },
      importing: runImport("BigQuery: import", api, id, purchases.length),
    }),
    count: async (api, id) => [
      ...(await sentLines(api, id, buckets.size)),
      ...heldLines("rows of inworld_router_exposures", await project.readExposures(bigQuery), buckets),
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
