// Who holds which account of a provider. A row is an account by its stable id, and outlives every integration.
import { sql, type RawBuilder } from "kysely";
import type { AccountStanding } from "../../domain/ownership.ts";
import type { Database } from "../postgres/database.ts";
import { codeOf } from "./code.ts";
import type { OwnershipStore } from "./interface.ts";
import { STANDING } from "./standing.ts";

const DAY_MS = 86_400_000;

export function createOwnershipStore(db: Database, { secretKeys }: { secretKeys: Buffer[] }): OwnershipStore {
  const find = async (workspaceId: string, where: RawBuilder<unknown>): Promise<AccountStanding | null> => {
    const [found] = await db.query(sql<AccountStanding>`
      select c.account_id as "accountId", greatest(0, crosscurrent_now_ms() - c.read_at_ms) as "readAgeMs", ${STANDING}
      from account_claims c join workspaces w on w.id = ${workspaceId}
      where ${where} order by c.read_at_ms desc limit 1`);
    return found ?? null;
  };
  const findAccount = async (workspaceId: string, provider: string, accountId: string): Promise<AccountStanding> => {
    const found = await find(workspaceId, sql`c.provider = ${provider} and c.account_id = ${accountId}`);
    // Rows go with their workspace alone.
    if (found === null) throw new Error("The workspace that held the account was removed meanwhile.");
    return found;
  };
  return {
    codeOf: (workspaceId) => codeOf(db, secretKeys, workspaceId),

    find: (workspaceId, provider, address) =>
      find(workspaceId, sql`c.provider = ${provider} and c.address = ${address}`),

    async record(workspaceId, provider, { accountId, address, codes }, { onlyProof }) {
      await codeOf(db, secretKeys, workspaceId);
      const holderProves = sql`exists (
        select from workspaces w where w.id = c.workspace_id and w.ownership_code = any(excluded.codes))`;
      // The account is that of the workspace whose code is in it, also if another one reads it.
      const holder = sql`case
        when ${holderProves} then c.workspace_id
        when excluded.workspace_id is not null then excluded.workspace_id
        when ${onlyProof}::boolean then null
        else c.workspace_id end`;
      // Attempts before a takeover are no news for the new holder, but that another still uses the account is.
      const attemptedAtMs = sql`case
        when ${holder} is not distinct from c.workspace_id then c.attempted_at_ms
        when excluded.workspace_id <> ${workspaceId} and c.workspace_id is not null then crosscurrent_now_ms() end`;
      await db.execute(sql`
        insert into account_claims as c (provider, account_id, address, codes, read_at_ms, workspace_id)
        values (${provider}, ${accountId}, ${address}, ${codes}::text[], crosscurrent_now_ms(),
          ${proverOf(sql`${codes}::text[]`, workspaceId)})
        on conflict (provider, account_id) do update set
          address = excluded.address,
          codes = excluded.codes,
          read_at_ms = excluded.read_at_ms,
          workspace_id = ${holder},
          attempted_at_ms = ${attemptedAtMs}`);
      return findAccount(workspaceId, provider, accountId);
    },

    async claim(workspaceId, provider, accountId) {
      await db.execute(sql`
        update account_claims c set workspace_id = coalesce(${proverOf(sql`c.codes`, workspaceId)}, ${workspaceId})
        where provider = ${provider} and account_id = ${accountId} and workspace_id is null`);
      return findAccount(workspaceId, provider, accountId);
    },

    dueForLook: (maxAccounts) => dueForLook(db, maxAccounts),

    async noteAttempt(provider, accountId) {
      await db.execute(sql`
        update account_claims set attempted_at_ms = crosscurrent_now_ms()
        where provider = ${provider} and account_id = ${accountId} and workspace_id is not null`);
    },
  };
}

/** The workspace that one of the codes proves, this one before others; null without one. */
function proverOf(codes: RawBuilder<unknown>, workspaceId: string): RawBuilder<unknown> {
  return sql`(
    select id from workspaces where ownership_code = any(${codes}) order by id <> ${workspaceId}, id limit 1)`;
}

/**
 * Also an account that cannot be read is given out once a day, to one of several that ask at once, with one of its
 * integrations: a reading says whose the account is, whichever workspace reads it.
 */
async function dueForLook(db: Database, maxAccounts: number): Promise<string[]> {
  const rows = await db.query(sql<{ id: string }>`
    with due as (
      select provider, account_id from account_claims
      where greatest(read_at_ms, looked_at_ms) <= crosscurrent_now_ms() - ${DAY_MS}::bigint
      limit ${maxAccounts} for update skip locked
    ), taken as (
      update account_claims c set looked_at_ms = crosscurrent_now_ms() from due
      where (c.provider, c.account_id) = (due.provider, due.account_id) returning c.provider, c.address
    )
    select min(i.id) as id from integrations i join taken on (i.provider, i.account) = (taken.provider, taken.address)
    where i.deleted_at_ms is null group by i.provider, i.account`);
  return rows.map(({ id }) => id);
}
