// Workspaces in PostgreSQL.
import { sql } from "kysely";
import type { NewApiKey } from "../../domain/apiKey.ts";
import type { Workspace } from "../../domain/workspace.ts";
import { insertKey } from "../keys/postgres.ts";
import type { Database } from "../postgres/database.ts";
import { newId } from "../postgres/ids.ts";
import { bounded } from "../postgres/text.ts";
import type { WorkspaceStore } from "./interface.ts";

const MAX_NAME_CHARS = 200;
const FIRST_KEY: NewApiKey = { name: "First key", scopes: ["admin"], expiresAtMs: null };

export function createWorkspaceStore(db: Database): WorkspaceStore {
  return {
    create: (name) =>
      db.transaction(async (tx) => {
        const workspaceId = newId("ws");
        await tx.execute(sql`
          insert into workspaces (id, name) values (${workspaceId}, ${bounded(name, MAX_NAME_CHARS)})`);
        const { text } = await insertKey(tx, workspaceId, FIRST_KEY);
        return { workspaceId, apiKey: text };
      }),

    async get(workspaceId) {
      const [workspace] = await db.query(sql<Workspace>`select id, name from workspaces where id = ${workspaceId}`);
      return workspace ?? null;
    },
  };
}
