// Usage in PostgreSQL: sums per hour that sealing keeps, and calls that are not folded yet.
import { sql } from "kysely";
import type { VariantUsage } from "../../domain/usage.ts";
import { orFewerDays, type Database, type Transaction } from "../postgres/database.ts";
import { listAliases } from "./aliases.ts";
import { addAnonymous } from "./anonymous.ts";
import type { UsageStore } from "./interface.ts";
import { percentilesOf, type Bin } from "./sketches.ts";
import { usageStatement, type UsageQuery, type VariantKey } from "./usageSql.ts";

export function createUsageStore(pools: Record<"reports" | "ingest", Database>): UsageStore {
  return {
    async variants(workspaceId, aliasId, range) {
      // The tables grow faster than their statistics: the planner must not conclude that a whole table is quicker.
      const settings = sql`set local enable_seqscan = off`;
      return await pools.reports
        .transaction((tx) => readVariants(tx, { workspaceId, aliasId, ...range }), settings)
        .catch((error: unknown) => {
          throw orFewerDays(error);
        });
    },

    addAnonymous: (workspaceId, usage) => pools.ingest.transaction((tx) => addAnonymous(tx, workspaceId, usage)),
    aliases: (workspaceId, page) => listAliases(pools.reports, workspaceId, page),
  };
}

async function readVariants(tx: Transaction, query: UsageQuery): Promise<VariantUsage[] | null> {
  const [row] = await tx.query(usageStatement(query));
  if (row === undefined || (row.sums.length === 0 && !row.isKnown)) return null;
  const bins = new Map<string, Bin[]>();
  for (const bin of row.bins) {
    const key = `${keyOf(bin)}\n${bin.measure}`;
    bins.set(key, [...(bins.get(key) ?? []), bin]);
  }
  const users = new Map(row.users.map((one) => [keyOf(one), one.users]));
  return row.sums.map((sums) => ({
    ...sums,
    users: users.get(keyOf(sums)) ?? 0,
    latencyMs: percentilesOf(bins.get(`${keyOf(sums)}\nlatency`) ?? []),
    ttftMs: percentilesOf(bins.get(`${keyOf(sums)}\nttft`) ?? []),
  }));
}

const keyOf = ({ routeId, variantId }: VariantKey): string => `${routeId}\n${variantId}`;
