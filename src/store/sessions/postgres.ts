// Browser sessions in PostgreSQL. A token is 32 random bytes, so a plain hash of it cannot be guessed.
import { randomBytes } from "node:crypto";
import { sql } from "kysely";
import type { Scope } from "../../domain/apiKey.ts";
import type { Database, Queryable } from "../postgres/database.ts";
import { hashOf } from "../postgres/ids.ts";
import { IS_WRITABLE, isKey, UNEXPIRED } from "../keys/postgres.ts";
import { SESSION_IDLE_MS, SESSION_MAX_AGE_MS, type Session, type SessionStore } from "./interface.ts";

const TOKEN = /^[\w-]{43}$/;
/** Uses are recorded at most this often, so that reading with a session seldom writes. */
const USE_RECORDED_EVERY_MS = 60_000;

interface SessionRow {
  id: string;
  name: string;
  scopes: Scope[];
  keyId: string;
  keyName: string;
}

export function createSessionStore(db: Database): SessionStore {
  return {
    async open(apiKey) {
      if (!isKey(apiKey)) return null;
      const token = randomBytes(32).toString("base64url");
      // Because of the share lock, a key that is deleted at the same moment takes the session with it.
      const [opened] = await db.query(sql<SessionRow>`
        with opener as (
            select hash, workspace_id, scopes, id, name from api_keys
            where hash = ${hashOf(apiKey)} and ${UNEXPIRED} for share),
          opened as (insert into sessions (hash, api_key_hash) select ${hashOf(token)}::bytea, hash from opener)
        select w.id, w.name, scopes, opener.id as "keyId", opener.name as "keyName"
        from opener join workspaces w on w.id = opener.workspace_id`);
      return opened === undefined ? null : { token, ...toSession(opened) };
    },

    async find(token) {
      if (!TOKEN.test(token)) return null;
      const [found] = await db.query(sql<SessionRow & { isUseDue: boolean }>`
        with moment as materialized (select crosscurrent_now_ms() as now_ms)
        select w.id, w.name, k.scopes, k.id as "keyId", k.name as "keyName",
          s.used_at_ms <= now_ms - ${USE_RECORDED_EVERY_MS}::bigint and ${IS_WRITABLE} as "isUseDue"
        from moment, sessions s
          join api_keys k on k.hash = s.api_key_hash join workspaces w on w.id = k.workspace_id
        where s.hash = ${hashOf(token)} and ${UNEXPIRED} and s.used_at_ms > now_ms - ${SESSION_IDLE_MS}::bigint
          and s.created_at_ms > now_ms - ${SESSION_MAX_AGE_MS}::bigint`);
      if (found === undefined) return null;
      // Apart from the answer: a session works while the database can be read but not written.
      if (found.isUseDue) void recordUse(db, token).catch(() => undefined);
      return toSession(found);
    },

    async end(token) {
      if (TOKEN.test(token)) await db.execute(sql`delete from sessions where hash = ${hashOf(token)}`);
    },
  };
}

async function recordUse(db: Queryable, token: string): Promise<void> {
  await db.execute(sql`
    with recorded as (
      update sessions set used_at_ms = crosscurrent_now_ms() where hash = ${hashOf(token)} returning api_key_hash)
    update api_keys k set last_used_at_ms = crosscurrent_now_ms() from recorded where k.hash = recorded.api_key_hash`);
}

function toSession({ id, name, scopes, keyId, keyName }: SessionRow): Session {
  return { workspace: { id, name }, scopes, key: { keyId, name: keyName } };
}
