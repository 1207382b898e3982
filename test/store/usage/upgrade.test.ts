// A database from before assignments were recorded: what served was assigned, folded or not, and nothing counts twice.
import { Migrator } from "kysely";
import { expect, test } from "vitest";
import { MIGRATIONS } from "../../../src/store/migrations/index.ts";
import { openDatabase } from "../../../src/store/postgres/database.ts";
import { migrate } from "../../../src/store/postgres/migrate.ts";
import { openTestStore } from "../../support/store/storeDatabase.ts";
import { createTestDatabase } from "../../support/store/testDatabase.ts";

const HOUR_MS = 3_600_000;

test("exposures of before are assigned and served", async () => {
  const database = await createTestDatabase("template0");
  const old = openDatabase(database.url, 1);
  const before = Object.fromEntries(Object.entries(MIGRATIONS).filter(([name]) => name < "0020"));
  const { error } = await new Migrator({
    db: old.kysely,
    provider: { getMigrations: () => Promise.resolve(before) },
    migrationTableName: "crosscurrent_migrations",
    migrationLockTableName: "crosscurrent_migrations_lock",
  }).migrateToLatest();
  expect(error).toBeUndefined();
  const hourMs = Math.floor(Date.now() / HOUR_MS - 3) * HOUR_MS;
  await old.transaction(({ client }) =>
    client.query(`
      insert into workspaces (id, name, folded_through, last_seal_seq, assigned_seq, assigned_buckets, sealed_buckets,
        newest_hour_ms) values ('ws', 'old', 2, 1, 1, 1, 1, ${hourMs});
      insert into exposure_buckets (workspace_id, hour_ms, user_id, alias_id, route_id, variant_id, time_ms,
        first_exposed_at_ms, exposures, sealed_time_ms, bucket_number, first_seal_seq, seal_seq)
        values ('ws', ${hourMs}, 'u', 'alias', 'r', 'a', ${hourMs + 9}, ${hourMs + 1}, 4, ${hourMs + 9}, 1, 1, 1);
      insert into bucket_parts values ('ws', ${hourMs + HOUR_MS}, 'u', 'alias', 'r', 'a', ${hourMs + HOUR_MS + 5},
        ${hourMs + HOUR_MS + 2}, 2);
      insert into exposures (workspace_id, received_at_ms, exposed_at_ms, alias_id, route_id, variant_id, user_id)
        overriding system value
        select 'ws', ${hourMs}, ${hourMs + HOUR_MS} + n, 'alias', 'r', case when n < 4 then 'a' else 'b' end, 'u' || n
        from generate_series(1, 5) n`),
  );
  await old.close();
  await migrate(database.url);
  const store = openTestStore(database.url);
  const range = { fromMs: hourMs, toMs: hourMs + 9 * HOUR_MS, routeId: null };
  const read = async () =>
    (await store.usage.variants("ws", "alias", range))?.map(({ variantId, assigned, served, users }) => [
      variantId,
      assigned,
      served,
      users,
    ]);
  // The first two of the rows are folded: they are in the bucket and the part.
  const expected = [
    ["a", 7, 7, 2],
    ["b", 2, 2, 2],
  ];
  expect(await read()).toEqual(expected);
  await store.exposures.seal("ws");
  expect(await read()).toEqual(expected);
  const { items } = await store.usage.aliases("ws", { cursor: null, limit: 10 });
  expect(items).toEqual([{ id: "alias", isConfigured: false, exposures: 9, lastExposureAtMs: hourMs + HOUR_MS + 5 }]);
  await store.close();
  await database.drop();
});
