// The BigQuery connector against the shared suite, on the local BigQuery.
import { beforeAll } from "vitest";
import type { FaultInput } from "../../../dev/standins/bigquery/protocol.ts";
import { SHARED_START_TIMEOUT_MS, startSharedBigQuery } from "../../../dev/standins/bigquery/sharedEmulator.ts";
import { connectorContract } from "../../support/providers/contract.ts";
import type { ConnectorHarness, HarnessFault } from "../../support/providers/contractSupport.ts";
import { createCustomer, DATASET } from "../../support/providers/bigquery.ts";

const DAY_MS = 86_400_000;
const EVENTS = "events";

const FAULTS: Record<HarnessFault, FaultInput> = {
  export_lost_answer: { kind: "reset_after", target: "jobs.insert" },
  export_down: { kind: "backend_error", target: "jobs.insert" },
  export_rate_limited: { kind: "rate_limited", target: "jobs.insert" },
  export_auth: { kind: "unauthenticated", target: "jobs.insert" },
  import_cut: { kind: "session_expired", target: "ReadRows" },
  import_reset: { kind: "stream_reset", target: "ReadRows" },
  import_down: { kind: "backend_error", target: "CreateReadSession" },
  import_rate_limited: { kind: "quota_exceeded", target: "CreateReadSession" },
  import_auth: { kind: "unauthenticated", target: "CreateReadSession" },
};

// The first time ever it is installed as well.
beforeAll(async () => {
  await (await startSharedBigQuery()).control.close();
}, SHARED_START_TIMEOUT_MS);

connectorContract("BigQuery", async (): Promise<ConnectorHarness> => {
  const customer = await createCustomer();
  const { control, projectId, settings } = customer;
  await control.createTable(projectId, DATASET, EVENTS, {
    schema: {
      fields: [
        { name: "event_name", type: "STRING" },
        { name: "user_id", type: "STRING" },
        { name: "created_at", type: "TIMESTAMP" },
        { name: "event_uuid", type: "STRING" },
        { name: "row_id", type: "STRING" },
      ],
    },
  });
  const importFrom = new Date(Date.now() - 200 * DAY_MS).toISOString().slice(0, 10);
  return {
    connector: customer.connector(),
    connection: { ...settings({}), importFrom },
    refused: settings({ serviceAccountEmail: `nobody@${projectId}.iam.gserviceaccount.com` }),
    event: {
      name: "purchase",
      source: {
        dataset: DATASET,
        tableName: EVENTS,
        eventFieldName: "event_name",
        userIdFieldName: "user_id",
        timestampFieldName: "created_at",
        eventUuidFieldName: "event_uuid",
      },
    },
    overlapMs: DAY_MS,
    refusedUser: null,
    seed: (rows) =>
      control.loadRows(
        projectId,
        DATASET,
        EVENTS,
        rows.map(({ id, user, timeMs }) => ({
          event_name: "purchase",
          user_id: user,
          created_at: new Date(timeMs).toISOString(),
          event_uuid: id,
          row_id: id,
        })),
      ),
    delivered: customer.delivered,
    fault: async (fault, { times, afterRequests = 0, afterRows = 0 }) => {
      await control.addFault(projectId, { ...FAULTS[fault], times, afterRequests, afterRows });
    },
    clearFaults: () => control.clearFaults(projectId),
    close: customer.close,
  };
});
