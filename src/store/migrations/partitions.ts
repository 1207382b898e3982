// Partitions by hash, for tables whose rows belong to workspaces.

const HASH_PARTITIONS = 16;

/** SQL that makes all partitions of a table. Example: `hashPartitions("usage", " with (fillfactor = 85)")`. */
export function hashPartitions(table: string, storage = ""): string {
  return Array.from(
    { length: HASH_PARTITIONS },
    (_, i) =>
      `create table ${table}_${i} partition of ${table}
        for values with (modulus ${HASH_PARTITIONS}, remainder ${i})${storage};`,
  ).join("\n");
}
