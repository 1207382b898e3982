// Expirations, the sandbox, collations and required filters, by the official client.
import { beforeEach, describe, expect, it } from "vitest";
import { failure } from "../../../support/dev/bigqueryClients.ts";
import { useLoadProject } from "../../../support/dev/bigqueryProject.ts";

const PROJECT = "expirations-project";
const DAY_MS = 86_400_000;
const project = useLoadProject(PROJECT);
const { fileOf, load } = project;

const SCHEMA = [
  { name: "user_id", type: "STRING" },
  { name: "timestamp", type: "TIMESTAMP" },
];
const BY_DAY = { type: "DAY", field: "timestamp" };
const dataset = () => project.clients.bigQuery.dataset("ds");
const metadataOf = async (name: string) => (await dataset().table(name).getMetadata())[0] as Record<string, unknown>;
const recreate = async (metadata: Record<string, unknown>) => {
  await project.at.control.deleteDataset(PROJECT, "ds");
  await project.at.control.createDataset(PROJECT, "ds", metadata);
};
const rowsOfDays = (days: number[]) =>
  days.map((day) => ({ user_id: `${day}`, timestamp: new Date(Date.now() - day * DAY_MS).toISOString() }));
const users = async (table: string) => {
  const { rows } = await project.at.control.query(PROJECT, `SELECT user_id FROM \`${PROJECT}.ds.${table}\` ORDER BY 1`);
  return rows.map((row) => row["user_id"]);
};
const merge = (where: string) => `MERGE \`${PROJECT}.ds.kept\` AS T USING \`${PROJECT}.ds.staging\` AS S
  ON ${where} AND T.user_id = S.user_id WHEN NOT MATCHED THEN INSERT (user_id, timestamp) VALUES (S.user_id, S.timestamp)`;

beforeEach(async () => {
  await project.at.control.settings(PROJECT, { isSandbox: false });
});

describe("defaults of a dataset", () => {
  it("apply to a new table whatever its resource says, until they are lifted", async () => {
    await recreate({ defaultTableExpirationMs: String(DAY_MS) });
    await dataset().createTable("t", { schema: SCHEMA, expirationTime: null } as object);
    expect(Number((await metadataOf("t"))["expirationTime"])).toBeGreaterThan(Date.now());
    await dataset()
      .table("t")
      .setMetadata({ expirationTime: null } as object);
    expect((await metadataOf("t"))["expirationTime"]).toBeUndefined();
  });

  it("of partitions replace those of tables", async () => {
    await recreate({ defaultTableExpirationMs: String(DAY_MS), defaultPartitionExpirationMs: String(9 * DAY_MS) });
    await dataset().createTable("t", { schema: SCHEMA, timePartitioning: { ...BY_DAY, expirationMs: null } } as object);
    const made = await metadataOf("t");
    expect([made["expirationTime"], made["timePartitioning"]]).toEqual([
      undefined,
      { ...BY_DAY, expirationMs: String(9 * DAY_MS) },
    ]);
    await dataset()
      .table("t")
      .setMetadata({ timePartitioning: { ...BY_DAY, expirationMs: null } } as object);
    expect((await metadataOf("t"))["timePartitioning"]).toEqual(BY_DAY);
  });
});

it("rows of expired partitions are gone after a load, a MERGE and a change", async () => {
  await dataset().createTable("staging", { schema: SCHEMA });
  await dataset().createTable("kept", {
    schema: SCHEMA,
    timePartitioning: { ...BY_DAY, expirationMs: String(9 * DAY_MS) },
  });
  await load(fileOf(rowsOfDays([0, 5, 12])));
  await project.clients.bigQuery.query(merge("TRUE"));
  expect(await users("kept")).toEqual(["0", "5"]);
  await dataset()
    .table("kept")
    .setMetadata({ timePartitioning: { ...BY_DAY, expirationMs: String(2 * DAY_MS) } });
  expect(await users("kept")).toEqual(["0"]);
  await dataset().createTable("loaded", {
    schema: SCHEMA,
    timePartitioning: { ...BY_DAY, expirationMs: String(9 * DAY_MS) },
  });
  await project.clients.bigQuery
    .dataset("ds")
    .table("loaded")
    .load(fileOf(rowsOfDays([0, 12])), { sourceFormat: "NEWLINE_DELIMITED_JSON", schema: { fields: SCHEMA } });
  expect(await users("loaded")).toEqual(["0"]);
});

it("a required filter is asked of a MERGE too", async () => {
  await dataset().createTable("staging", { schema: SCHEMA });
  await dataset().createTable("kept", {
    schema: SCHEMA,
    timePartitioning: BY_DAY,
    requirePartitionFilter: true,
  } as object);
  await load(fileOf(rowsOfDays([0])));
  const refused = await failure(project.clients.bigQuery.query(merge("TRUE")));
  expect(refused.message).toContain(
    `Cannot query over table '${PROJECT}.ds.kept' without a filter over column(s) 'timestamp' that can be used for ` +
      "partition elimination",
  );
  await project.clients.bigQuery.query(merge("(T.`timestamp` >= TIMESTAMP '2000-01-01' OR T.`timestamp` IS NULL)"));
  expect(await users("kept")).toEqual(["0"]);
});

it("a default collation compares without case, unless the table says otherwise", async () => {
  await recreate({ defaultCollation: "und:ci" });
  const pair = [
    { user_id: "User1", timestamp: "2026-03-10T12:00:00Z" },
    { user_id: "user1", timestamp: "2026-03-10T12:00:00Z" },
  ];
  const distinct = async (more: object) => {
    await dataset().table("staging").delete({ ignoreNotFound: true });
    await dataset().createTable("staging", { schema: SCHEMA, ...more });
    await project.at.control.loadRows(PROJECT, "ds", "staging", pair);
    const sql = `SELECT COUNT(*) AS n FROM (SELECT user_id FROM \`${PROJECT}.ds.staging\` GROUP BY user_id)`;
    return (await project.at.control.query(PROJECT, sql)).rows[0]?.["n"];
  };
  expect(await distinct({})).toBe(1);
  expect((await metadataOf("staging"))["schema"]).toMatchObject({ fields: [{ collation: "und:ci" }, {}] });
  expect(await distinct({ defaultCollation: "" })).toBe(2);
  expect((await metadataOf("staging"))["schema"]).toEqual({
    fields: [expect.not.objectContaining({ collation: "und:ci" }), expect.anything()],
  });
});

it("a project without billing keeps nothing for longer than 60 days, and has no DML", async () => {
  await project.at.control.settings(PROJECT, { isSandbox: true });
  await dataset().createTable("kept", { schema: SCHEMA, timePartitioning: BY_DAY });
  await dataset().createTable("staging", { schema: SCHEMA });
  expect((await metadataOf("kept"))["timePartitioning"]).toEqual({ ...BY_DAY, expirationMs: String(60 * DAY_MS) });
  const longer = { timePartitioning: { ...BY_DAY, expirationMs: String(61 * DAY_MS) } };
  expect((await failure(dataset().table("kept").setMetadata(longer))).message).toContain(
    "Partition expiration time must be less than 60 days while in sandbox mode.",
  );
  const table = await failure(
    dataset()
      .table("staging")
      .setMetadata({ expirationTime: String(Date.now() + 61 * DAY_MS) }),
  );
  expect(table.message).toContain("Table expiration time must be less than 60 days while in sandbox mode.");
  await dataset()
    .table("kept")
    .setMetadata({ timePartitioning: { ...BY_DAY, expirationMs: null } } as object);
  expect((await metadataOf("kept"))["timePartitioning"]).toMatchObject({ expirationMs: String(60 * DAY_MS) });
  const refused = await failure(project.clients.bigQuery.query(merge("TRUE")));
  expect(refused.message).toContain("DML queries are not allowed in the free tier");
});
