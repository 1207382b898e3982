// Exposures are calls: with what was assigned, the router's version, tokens, cost and times.
import { sql, type Kysely, type Migration } from "kysely";
import { CALL_MEASURES } from "./0022-calls.ts";

/** By itself, as a report can hold this lock up. `is_assignment`: the row is the call's assignment too. */
const EXPOSURES = `
  alter table exposures
    add column assigned_variant_id text collate "C",
    add column router_version bigint,
    add column is_assignment boolean not null default true,
    ${CALL_MEASURES.map((name) => `add column ${name} numeric`).join(", ")};`;

export const exposedCalls: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await sql.raw(EXPOSURES).execute(db);
  },
};
