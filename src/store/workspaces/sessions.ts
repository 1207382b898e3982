// Browser sessions. A token is 32 random bytes, so a plain hash of it cannot be guessed; all times are the database's.
import type { Workspace } from "../../domain/workspace.ts";
import { randomBytes } from "node:crypto";
import { sql } from "kysely";
import { SESSION_IDLE_MS, SESSION_MAX_AGE_MS, type SessionStore } from "../store.ts";
import type { Database } from "../postgres/database.ts";
import { hashOf, isKey } from "./postgres.ts";

const TOKEN = /^[\w-]{43}$/;
/** A use is noted at most so often: reading with a session seldom writes. */
const USE_NOTED_EVERY_MS = 60_000;

export function createSessionStore({ db }: Database): SessionStore {
  return {
    async open(apiKey) {
      if (!isKey(apiKey)) return null;
      const token = randomBytes(32).toString("base64url");
      // The share lock makes a key that is deleted at the same moment take the session along.
      const { rows } = await sql<Workspace>`
        with opener as (select hash, workspace_id from api_keys where hash = ${hashOf(apiKey)} for share),
          opened as (insert into sessions (hash, api_key_hash) select ${hashOf(token)}::bytea, hash from opener)
        select w.id, w.name from opener join workspaces w on w.id = opener.workspace_id`.execute(db);
      return rows[0] === undefined ? null : { token, workspace: rows[0] };
    },

    async find(token) {
      if (!TOKEN.test(token)) return null;
      const { rows } = await sql<Workspace>`
        with moment as materialized (select crosscurrent_now_ms() as now_ms),
          found as (
            select s.hash, s.used_at_ms, w.id, w.name from moment, sessions s
              join api_keys k on k.hash = s.api_key_hash join workspaces w on w.id = k.workspace_id
            where s.hash = ${hashOf(token)} and s.used_at_ms > now_ms - ${SESSION_IDLE_MS}::bigint
              and s.created_at_ms > now_ms - ${SESSION_MAX_AGE_MS}::bigint),
          noted as (
            update sessions s set used_at_ms = now_ms from moment, found
            where s.hash = found.hash and found.used_at_ms <= now_ms - ${USE_NOTED_EVERY_MS}::bigint)
        select id, name from found`.execute(db);
      return rows[0] ?? null;
    },

    async end(token) {
      if (TOKEN.test(token)) await sql`delete from sessions where hash = ${hashOf(token)}`.execute(db);
    },
  };
}
