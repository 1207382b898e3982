// API keys in PostgreSQL. A key is 32 random bytes, so a plain hash of it cannot be guessed.
import { randomBytes } from "node:crypto";
import { sql } from "kysely";
import type { ApiKey, NewApiKey } from "../../domain/apiKey.ts";
import { MAX_KEYS_PER_WORKSPACE } from "../../domain/limits.ts";
import { refuseTooMany } from "../postgres/countedCreations.ts";
import { decodeCursor, toPage, type CursorList } from "../postgres/cursors.ts";
import type { Database, Queryable, Transaction } from "../postgres/database.ts";
import { hashOf, newId } from "../postgres/ids.ts";
import type { KeyAccess, KeyStore } from "./interface.ts";

const KEY_PREFIX = "cck_";
const MAX_KEY_CHARS = 200;
/** The prefix and four random characters tell keys apart, and leave 39 to guess. */
const HINT_CHARS = 8;
/** Uses are recorded at most this often. */
const USE_RECORDED_EVERY_MS = 60_000;

const COLUMNS = sql`id, name, scopes, hint, created_at_ms as "createdAtMs", expires_at_ms as "expiresAtMs",
  last_used_at_ms as "lastUsedAtMs"`;
/** On a standby, a try to write would make this process distrust all of its connections. */
export const IS_WRITABLE = sql`current_setting('transaction_read_only') = 'off'`;
export const UNEXPIRED = sql`(expires_at_ms is null or expires_at_ms > crosscurrent_now_ms())`;

export function createKeyStore({ keys, bookkeeping: db }: Record<"keys" | "bookkeeping", Database>): KeyStore {
  return {
    create: (workspaceId, key) => db.transaction((tx) => create(tx, workspaceId, key)),

    async list(workspaceId, page) {
      const list: CursorList = { name: "keys", owner: workspaceId, shape: ["bigint", "text"] };
      const [afterMs = 0, afterId = ""] = decodeCursor(list, page.cursor) ?? [];
      const rows = await db.query(sql<ApiKey>`
        select ${COLUMNS} from api_keys
        where workspace_id = ${workspaceId} and (created_at_ms, id) > (${afterMs}::bigint, ${afterId})
        order by created_at_ms, id limit ${page.limit + 1}`);
      return toPage(
        list,
        rows,
        page.limit,
        ({ createdAtMs, id }) => [createdAtMs, id],
        (row) => row,
      );
    },

    async revoke(workspaceId, id) {
      return (await db.execute(sql`delete from api_keys where workspace_id = ${workspaceId} and id = ${id}`)) === 1;
    },

    async authenticate(text) {
      if (!isKey(text)) return null;
      const [key] = await keys.query(sql<KeyAccess & { isUseDue: boolean }>`
        select id as "keyId", name, workspace_id as "workspaceId", scopes, expires_at_ms as "expiresAtMs",
          coalesce(last_used_at_ms <= crosscurrent_now_ms() - ${USE_RECORDED_EVERY_MS}::bigint, true)
            and ${IS_WRITABLE} as "isUseDue"
        from api_keys where hash = ${hashOf(text)} and ${UNEXPIRED}`);
      if (key === undefined) return null;
      const { isUseDue, ...access } = key;
      // Apart from the answer: a key works while the database can be read but not written.
      if (isUseDue) void recordUse(keys, access.keyId).catch(() => undefined);
      return access;
    },
  };
}

async function recordUse(db: Queryable, id: string): Promise<void> {
  await db.execute(sql`update api_keys set last_used_at_ms = crosscurrent_now_ms() where id = ${id}`);
}

async function create(tx: Transaction, workspaceId: string, key: NewApiKey) {
  const [workspace] = await tx.query(sql`select from workspaces where id = ${workspaceId}`);
  if (workspace === undefined) return null;
  const counted = sql<{ count: number }>`select count(*) as count from api_keys where workspace_id = ${workspaceId}`;
  await refuseTooMany(tx, workspaceId, { kind: "keys", max: MAX_KEYS_PER_WORKSPACE, counted });
  return await insertKey(tx, workspaceId, key);
}

export async function insertKey(
  tx: Transaction,
  workspaceId: string,
  { name, scopes, expiresAtMs }: NewApiKey,
): Promise<{ text: string; key: ApiKey }> {
  const text = KEY_PREFIX + randomBytes(32).toString("base64url");
  const [key] = await tx.query(sql<ApiKey>`
    insert into api_keys (hash, workspace_id, id, name, scopes, hint, expires_at_ms)
    values (${hashOf(text)}, ${workspaceId}, ${newId("key")}, ${name}, ${scopes}::text[],
      ${text.slice(0, HINT_CHARS)}, ${expiresAtMs})
    returning ${COLUMNS}`);
  if (key === undefined) throw new Error("The key was not inserted.");
  return { text, key };
}

/** Whether a text can be a key at all. Other texts cost no query. */
export function isKey(text: string): boolean {
  return text.startsWith(KEY_PREFIX) && text.length <= MAX_KEY_CHARS;
}
