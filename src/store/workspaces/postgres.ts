// Workspaces and their API keys. A key is 32 random bytes, so a plain hash of it cannot be guessed.
import { randomBytes } from "node:crypto";
import { sql } from "kysely";
import type { Workspace } from "../../domain/workspace.ts";
import type { Database } from "../postgres/database.ts";
import { hashOf, newId } from "../postgres/ids.ts";
import { bounded } from "../postgres/text.ts";
import type { WorkspaceStore } from "./interface.ts";

const KEY_PREFIX = "cck_";
const MAX_KEY_CHARS = 200;
const MAX_NAME_CHARS = 200;

export function createWorkspaceStore(db: Database): WorkspaceStore {
  return {
    async create(name) {
      const workspaceId = newId("ws");
      const apiKey = KEY_PREFIX + randomBytes(32).toString("base64url");
      await db.transaction(async (tx) => {
        await tx.execute(sql`
          insert into workspaces (id, name) values (${workspaceId}, ${bounded(name, MAX_NAME_CHARS)})`);
        await tx.execute(sql`insert into api_keys (hash, workspace_id) values (${hashOf(apiKey)}, ${workspaceId})`);
      });
      return { workspaceId, apiKey };
    },

    async authenticate(apiKey) {
      if (!isKey(apiKey)) return null;
      const [key] = await db.query(sql<{ workspaceId: string }>`
        select workspace_id as "workspaceId" from api_keys where hash = ${hashOf(apiKey)}`);
      return key?.workspaceId ?? null;
    },

    async get(workspaceId) {
      const [workspace] = await db.query(sql<Workspace>`select id, name from workspaces where id = ${workspaceId}`);
      return workspace ?? null;
    },
  };
}

/** Whether a text can be a key at all. Other texts cost no query. */
export function isKey(text: string): boolean {
  return text.startsWith(KEY_PREFIX) && text.length <= MAX_KEY_CHARS;
}
