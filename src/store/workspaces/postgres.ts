// Workspaces and their API keys. Of a key only a hash is kept: it is 32 random bytes, so a plain hash cannot be guessed.
import type { Workspace } from "../../domain/workspace.ts";
import { createHash, randomBytes } from "node:crypto";
import { sql } from "kysely";
import type { WorkspaceStore } from "../store.ts";
import type { Database } from "../postgres/database.ts";
import { newId } from "../postgres/ids.ts";
import { bounded } from "../postgres/text.ts";

const KEY_PREFIX = "cck_";
const MAX_KEY_CHARS = 200;
const MAX_NAME_CHARS = 200;

export function createWorkspaceStore({ db }: Database): WorkspaceStore {
  return {
    async create(name) {
      const workspaceId = newId("ws");
      const apiKey = KEY_PREFIX + randomBytes(32).toString("base64url");
      await db.transaction().execute(async (tx) => {
        await sql`insert into workspaces (id, name) values (${workspaceId}, ${bounded(name, MAX_NAME_CHARS)})`.execute(
          tx,
        );
        await sql`insert into api_keys (hash, workspace_id) values (${hashOf(apiKey)}, ${workspaceId})`.execute(tx);
      });
      return { workspaceId, apiKey };
    },

    async authenticate(apiKey) {
      if (!isKey(apiKey)) return null;
      const { rows } = await sql<{ workspaceId: string }>`
        select workspace_id as "workspaceId" from api_keys where hash = ${hashOf(apiKey)}`.execute(db);
      return rows[0]?.workspaceId ?? null;
    },

    async get(workspaceId) {
      const { rows } = await sql<Workspace>`select id, name from workspaces where id = ${workspaceId}`.execute(db);
      return rows[0] ?? null;
    },
  };
}

/** Whether a text can be a key at all: for anything else no query is spent. */
export function isKey(text: string): boolean {
  return text.startsWith(KEY_PREFIX) && text.length <= MAX_KEY_CHARS;
}

/** What is kept of a key, or of another secret of as many random bytes. */
export function hashOf(secret: string): Buffer {
  return createHash("sha256").update(secret).digest();
}
