// The MERGE of a staging table into the customer's table: one row per key, which moves to a later time and never back.
import { USAGE_FIELDS } from "../../usageText.ts";
import { type TableRef, tableSql, timestampSql } from "../names.ts";

const DAY_MS = 86_400_000;
const IDS = ["alias_id", "route_id", "variant_id", "user_id"];
/** Bounds the statement. The widest gaps between days stay. */
const MAX_DAY_RANGES = 100;

export interface MergeInput {
  target: TableRef;
  staging: TableRef;
  /** Of the staged rows, in order: whole days since 1970. */
  days: number[];
  /** Tokens, cost and times too. */
  withUsage?: boolean;
}

interface DayRange {
  first: number;
  last: number;
}

/** Ranges without a gap: days 1, 2, 3 and 80 are 1 to 3 and 80. */
export function dayRanges(days: number[]): DayRange[] {
  const widestGaps = days
    .map((day, i) => ({ i, gap: day - (days[i - 1] ?? day) }))
    .filter(({ gap }) => gap > 1)
    .toSorted((a, b) => b.gap - a.gap)
    .slice(0, MAX_DAY_RANGES - 1);
  const starts = new Set([0, ...widestGaps.map(({ i }) => i)]);
  const ranges: DayRange[] = [];
  for (const [i, day] of days.entries()) {
    const current = ranges.at(-1);
    if (current === undefined || starts.has(i)) ranges.push({ first: day, last: day });
    else current.last = day;
  }
  return ranges;
}

/**
 * The key is (user, router, route, variant, UTC hour). The time bounds are constants of the days that occur, so that
 * BigQuery reads only these partitions, and a table may require such a filter. A row with the key of a staged row has
 * the same hour, so it lies within them.
 */
export function mergeSql({ target, staging, days, withUsage = false }: MergeInput): string {
  const bounds = dayRanges(days).map(({ first, last }) => {
    const [from, to] = [timestampSql(first * DAY_MS), timestampSql((last + 1) * DAY_MS)];
    return `T.\`timestamp\` >= ${from} AND T.\`timestamp\` < ${to}`;
  });
  const sameIds = IDS.map((id) => `T.${id} = S.${id}`).join(" AND ");
  const usage = withUsage ? USAGE_FIELDS.map(([name]) => name) : [];
  // Of one bucket it is the same in all rows. Rows from before the usage was exported get it when they are sent again.
  const isLater = ["S.latest > T.`timestamp`"];
  for (const name of usage) {
    isLater.push(`(S.latest = T.\`timestamp\` AND T.${name} IS NULL AND S.${name} IS NOT NULL)`);
  }
  const condition = isLater.length === 1 ? isLater[0] : `(${isLater.join("\n    OR ")})`;
  const list = (of: (name: string) => string) => usage.map((name) => `, ${of(name)}`).join("");
  const maxima = list((name) => `MAX(${name}) AS ${name}`);
  return `MERGE ${tableSql(target)} AS T
USING (
  SELECT ${IDS.join(", ")}, TIMESTAMP_TRUNC(\`timestamp\`, HOUR) AS hour_start, MAX(\`timestamp\`) AS latest${maxima}
  FROM ${tableSql(staging)}
  GROUP BY ${IDS.join(", ")}, hour_start
) AS S
ON (${bounds.join("\n    OR ")})
  AND ${sameIds} AND TIMESTAMP_TRUNC(T.\`timestamp\`, HOUR) = S.hour_start
WHEN MATCHED AND ${condition} THEN UPDATE SET \`timestamp\` = S.latest${list((name) => `${name} = S.${name}`)}
WHEN NOT MATCHED THEN INSERT (${IDS.join(", ")}, \`timestamp\`${list((name) => name)})
  VALUES (${IDS.map((id) => `S.${id}`).join(", ")}, S.latest${list((name) => `S.${name}`)})`;
}
