// The Mixpanel connector against the shared suite, on the stand-in.
import { createMixpanelConnector } from "../../../src/providers/mixpanel/connector.ts";
import { createHttpClient } from "../../../src/providers/http.ts";
import { connectorContract } from "../../support/providers/contract.ts";
import { bucketText, type ConnectorHarness, type HarnessFault } from "../../support/providers/contractSupport.ts";
import type { FaultInput } from "../../../dev/standins/mixpanel/protocol.ts";
import { startMixpanelStandIn } from "../../../dev/standins/mixpanel/server.ts";
import { connectionOf } from "../../support/providers/mixpanel.ts";

const PROJECT = "4711";
const EXPORT_EVENT = "Inworld Router Exposure";
const DAY_MS = 86_400_000;

const FAULTS: Record<HarnessFault, FaultInput> = {
  export_lost_answer: { kind: "reset", target: "import", afterStoring: true },
  export_down: { kind: "bad_gateway", target: "import" },
  export_rate_limited: { kind: "rate_limited", target: "import" },
  export_auth: { kind: "unauthorized", target: "import" },
  import_cut: { kind: "terminated_early", target: "export" },
  import_reset: { kind: "reset_mid_body", target: "export" },
  import_down: { kind: "gateway_timeout", target: "export" },
  import_rate_limited: { kind: "rate_limited", target: "export" },
  import_auth: { kind: "auth_text", target: "export" },
};

connectorContract("Mixpanel", async (): Promise<ConnectorHarness> => {
  const standIn = await startMixpanelStandIn();
  const { control } = standIn;
  await control.putProject(PROJECT, { exportPerSecond: null, exportPerHour: null });
  const http = createHttpClient();
  const { origin } = standIn;
  const connection = connectionOf({ importFrom: new Date(Date.now() - 200 * DAY_MS).toISOString().slice(0, 10) });
  return {
    connector: createMixpanelConnector({
      ingestionUrl: origin,
      dataUrl: origin,
      apiUrl: origin,
      settleMs: 0,
      exportEventName: EXPORT_EVENT,
      http,
    }),
    connection,
    refused: { ...connection, secret: "a wrong one" },
    event: { name: "purchase", source: null },
    refusedUser: "anonymous",
    seed: (rows) =>
      control.loadRows(
        PROJECT,
        rows.map(({ id, user, timeMs, arrivedAtMs }) => ({
          event: "purchase",
          timeMs,
          processingMs: arrivedAtMs ?? timeMs + 60_000,
          properties: { distinct_id: user, $insert_id: id, row_id: id },
        })),
      ),
    delivered: async () => {
      const { deduped } = await control.count(PROJECT, { events: [EXPORT_EVENT] });
      const events = await control.rows(PROJECT, { events: [EXPORT_EVENT] }, 100_000);
      const texts = new Set(
        events.map(({ properties: { alias_id, route_id, variant_id, distinct_id, time } }) =>
          bucketText(
            {
              aliasId: String(alias_id),
              routeId: String(route_id),
              variantId: String(variant_id),
              userId: String(distinct_id),
            },
            Number(time),
          ),
        ),
      );
      // As many as Mixpanel's own deduplication leaves: a bucket under two ids would show.
      return deduped === texts.size ? [...texts].toSorted() : [`${deduped} events for ${texts.size} buckets`];
    },
    fault: async (fault, { times, afterRequests = 0, afterRows = 0 }) => {
      await control.addFault(PROJECT, { ...FAULTS[fault], times, afterRequests, afterEvents: afterRows });
    },
    clearFaults: () => control.clearFaults(PROJECT),
    close: async () => {
      await standIn.stop();
      await http.close();
    },
  };
});
