// Looking into a customer's project: what the service account may see, by the page, and what to do where it may not.
import { afterEach, beforeEach, expect, test } from "vitest";
import { SHARED_START_TIMEOUT_MS } from "../../../dev/standins/bigquery/sharedEmulator.ts";
import type { Browse } from "../../../src/providers/connector.ts";
import { SyncError } from "../../../src/domain/errors.ts";
import { createCustomer, type Customer, DATASET } from "../../support/providers/bigquery.ts";

let customer: Customer;
beforeEach(async () => {
  customer = await createCustomer();
}, SHARED_START_TIMEOUT_MS);
afterEach(async () => {
  await customer.close();
});

const browse = (): Browse => {
  const found = customer.connector().browse;
  if (found === undefined) throw new Error("BigQuery can be browsed.");
  return found;
};

async function allOf<T>(
  list: (page: { cursor: string | null; limit: number }) => Promise<{ items: T[]; next: string | null }>,
) {
  const pages: T[][] = [];
  for (let cursor: string | null = null; ;) {
    const { items, next } = await list({ cursor, limit: 2 });
    pages.push(items);
    if (next === null) return pages;
    cursor = next;
  }
}

test("datasets and tables by the page, only those that may be seen", async () => {
  const { control, projectId, email, connection } = customer;
  for (const id of ["user_data", "private", "web"]) await control.createDataset(projectId, id, { location: "EU" });
  const schema = { fields: [{ name: "a", type: "STRING" }] };
  for (const id of ["one", "two", "drei"]) await control.createTable(projectId, "user_data", id, { schema });
  const grants = [DATASET, "user_data", "web"].map((datasetId) => {
    return { role: "roles/bigquery.dataViewer" as const, projectId, datasetId };
  });
  await control.putAccount(email, { grants });
  const far = browse();
  const datasets = await allOf((page) => far.datasets(connection, page));
  expect(datasets.map((page) => page.length)).toEqual([2, 1]);
  expect(
    datasets
      .flat()
      .map(({ id }) => id)
      .toSorted(),
  ).toEqual([DATASET, "user_data", "web"]);
  const tables = await allOf((page) => far.tables(connection, "user_data", page));
  expect(tables.map((page) => page.length)).toEqual([2, 1]);
  expect(tables.flat().toSorted((a, b) => a.id.localeCompare(b.id))).toEqual(
    ["drei", "one", "two"].map((id) => ({ id, type: "TABLE" })),
  );
});

test("columns with the fields of structs, but not those within arrays", async () => {
  const { control, projectId, connection } = customer;
  const fields = [
    { name: "id", type: "STRING", mode: "REQUIRED" },
    {
      name: "device",
      type: "RECORD",
      fields: [
        { name: "os", type: "STRING" },
        { name: "screen", type: "RECORD", fields: [{ name: "width", type: "INTEGER" }] },
      ],
    },
    { name: "items", type: "RECORD", mode: "REPEATED", fields: [{ name: "price", type: "NUMERIC" }] },
  ];
  await control.createTable(projectId, DATASET, "events", { schema: { fields } });
  const columns = await browse().columns(connection, DATASET, "events");
  expect(columns.map(({ name, mode }) => `${name} ${mode}`)).toEqual([
    "id REQUIRED",
    "device NULLABLE",
    "device.os NULLABLE",
    "device.screen NULLABLE",
    "device.screen.width NULLABLE",
    "items REPEATED",
  ]);
});

test("refusals name what to do; what is not there is not found", async () => {
  const { control, projectId, email, connection } = customer;
  const far = browse();
  const page = { cursor: null, limit: 10 };
  await expect(far.columns(connection, DATASET, "gone")).rejects.toMatchObject({ kind: "not_found" });
  await customer.grant([]);
  await control.createTable(projectId, DATASET, "events", { schema: { fields: [] } });
  for (const refused of [far.tables(connection, DATASET, page), far.columns(connection, DATASET, "events")]) {
    const error = (await refused.catch((thrown: unknown) => thrown)) as SyncError;
    expect(error).toBeInstanceOf(SyncError);
    expect(error).toMatchObject({ kind: "permission" });
    expect(error.message).toContain("roles/bigquery.dataViewer");
    expect(error.message).toContain(email);
  }
  await control.deleteAccount(email);
  await expect(browse().datasets(connection, page)).rejects.toMatchObject({
    kind: expect.stringMatching(/auth|permission/) as string,
  });
});

test("names that no table can have are never asked for", async () => {
  for (const table of ["a/b", "..", "a`b", ""]) {
    await expect(browse().columns(customer.connection, DATASET, table)).rejects.toMatchObject({ kind: "schema" });
  }
});
