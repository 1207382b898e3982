// Policy tags and row access policies in the Storage Read API: refused and hidden in Google's words.
import { status } from "@grpc/grpc-js";
import { afterAll, beforeAll, expect, it } from "vitest";
import {
  SHARED_START_TIMEOUT_MS,
  startSharedBigQuery,
  type SharedBigQuery,
} from "../../../../dev/standins/bigquery/sharedEmulator.ts";
import {
  clientsOf,
  failure,
  openSession,
  readAll,
  streamOf,
  usualGrants,
  type Clients,
} from "../../../support/dev/bigqueryClients.ts";

const PROJECT = "protected-project";
const EMAIL = `sync@${PROJECT}.iam.gserviceaccount.com`;
const TABLE = "datasets/ds/tables/t";

let at: SharedBigQuery;
let clients: Clients;
beforeAll(async () => {
  at = await startSharedBigQuery();
  await at.control.putAccount(EMAIL, usualGrants(PROJECT, "ds"));
  await at.control.deleteDataset(PROJECT, "ds");
  await at.control.createDataset(PROJECT, "ds");
  const fields = ["id", "ssn", "mail"].map((name) => ({ name, type: "STRING" }));
  await at.control.createTable(PROJECT, "ds", "t", { schema: { fields } });
  await at.control.loadRows(PROJECT, "ds", "t", [
    { id: "1", ssn: "s", mail: "m" },
    { id: "2", ssn: "s", mail: "m" },
  ]);
  clients = clientsOf(at, PROJECT, EMAIL);
}, SHARED_START_TIMEOUT_MS);
afterAll(() => clients.close());

const protect = (protection: Parameters<SharedBigQuery["control"]["protectTable"]>[3]) =>
  at.control.protectTable(PROJECT, "ds", "t", protection);
const open = (fields: string[], rowRestriction = "") =>
  openSession(clients, PROJECT, TABLE, { fields, rowRestriction });
const rowsOf = async (rowRestriction = "") => {
  const session = await open(["id"], rowRestriction);
  return session.streams?.length === 0 ? 0 : (await readAll(clients, streamOf(session))).rows;
};
const tagsOf = async (): Promise<unknown> => {
  const [metadata] = (await clients.bigQuery.dataset("ds").table("t").getMetadata()) as unknown as [
    { schema: { fields: { name: string; policyTags?: { names: string[] } }[] } },
  ];
  return metadata.schema.fields.flatMap(({ name, policyTags }) => (policyTags === undefined ? [] : [name]));
};

it("refuses tagged columns to accounts without the right, and shows the tags", async () => {
  const tag = "Business : personal";
  await protect({ policyTags: { ssn: { tag }, mail: { tag } } });
  expect(await tagsOf()).toEqual(["ssn", "mail"]);
  const refused = await failure(open(["id", "ssn", "mail"]));
  expect(refused.code).toBe(status.PERMISSION_DENIED);
  expect(refused.message).toContain(
    'request failed: User has neither fine-grained reader nor masked get permission to get data protected by policy tag "Business : personal" on columns protected-project.ds.t.ssn, protected-project.ds.t.mail.',
  );
  expect((await failure(open([]))).code).toBe(status.PERMISSION_DENIED);
  expect(await rowsOf()).toBe(2);
  await protect({ policyTags: { ssn: { tag, readers: [EMAIL] } }, hidesTags: true });
  expect(await tagsOf()).toEqual([]);
  expect((await open(["ssn"])).name).toContain("sessions");
});

it("shows an account the rows of the policies that name it, and else none", async () => {
  await protect({ rowPolicies: [{ filter: "id = '1'" }, { filter: "id = '2'", grantees: [EMAIL] }] });
  expect(await rowsOf()).toBe(1);
  expect(await rowsOf("id = '1'")).toBe(0);
  await protect({ rowPolicies: [{ filter: "TRUE", grantees: ["other@x.iam.gserviceaccount.com"] }] });
  expect(await rowsOf()).toBe(0);
  await protect({});
  expect(await rowsOf()).toBe(2);
});
