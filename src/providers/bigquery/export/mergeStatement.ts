// The MERGE of a staging table into the customer's table: one row per key, which moves to a later time and never back.
import { type TableRef, tableSql, timestampSql } from "../names.ts";

const DAY_MS = 86_400_000;
const IDS = ["alias_id", "route_id", "variant_id", "user_id"];

export interface MergeInput {
  target: TableRef;
  staging: TableRef;
  /** Starts of the hours of the staged rows. */
  firstHourMs: number;
  lastHourMs: number;
}

/**
 * The key is (user, router, route, variant, UTC hour). The time bounds are constants of whole days, so that BigQuery
 * reads only these partitions. A row with the key of a staged row has the same hour, so it lies within them.
 */
export function mergeSql({ target, staging, firstHourMs, lastHourMs }: MergeInput): string {
  const fromMs = Math.floor(firstHourMs / DAY_MS) * DAY_MS;
  const toMs = (Math.floor(lastHourMs / DAY_MS) + 1) * DAY_MS;
  const sameIds = IDS.map((id) => `T.${id} = S.${id}`).join(" AND ");
  return `MERGE ${tableSql(target)} AS T
USING (
  SELECT ${IDS.join(", ")}, TIMESTAMP_TRUNC(\`timestamp\`, HOUR) AS hour_start, MAX(\`timestamp\`) AS latest
  FROM ${tableSql(staging)}
  GROUP BY ${IDS.join(", ")}, hour_start
) AS S
ON T.\`timestamp\` >= ${timestampSql(fromMs)} AND T.\`timestamp\` < ${timestampSql(toMs)}
  AND ${sameIds} AND TIMESTAMP_TRUNC(T.\`timestamp\`, HOUR) = S.hour_start
WHEN MATCHED AND S.latest > T.\`timestamp\` THEN UPDATE SET \`timestamp\` = S.latest
WHEN NOT MATCHED THEN INSERT (${IDS.join(", ")}, \`timestamp\`)
  VALUES (${IDS.map((id) => `S.${id}`).join(", ")}, S.latest)`;
}
