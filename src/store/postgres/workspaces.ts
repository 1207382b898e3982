// Workspaces and their API keys. Of a key only a hash is kept: it is 32 random bytes, so a plain hash cannot be guessed.
import { createHash, randomBytes } from "node:crypto";
import { sql } from "kysely";
import type { WorkspaceStore } from "../store.ts";
import type { Database } from "./database.ts";
import { newId } from "./ids.ts";
import { bounded } from "./text.ts";

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
      if (!apiKey.startsWith(KEY_PREFIX) || apiKey.length > MAX_KEY_CHARS) return null;
      const { rows } = await sql<{ workspaceId: string }>`
        select workspace_id as "workspaceId" from api_keys where hash = ${hashOf(apiKey)}`.execute(db);
      return rows[0]?.workspaceId ?? null;
    },
  };
}

function hashOf(apiKey: string): Buffer {
  return createHash("sha256").update(apiKey).digest();
}
