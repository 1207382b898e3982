// The roles of docker-compose.yml: its SQL runs on a real PostgreSQL, on a new installation and on one of before.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { startPostgres, type Postgres } from "../../dev/services/postgres.ts";
import { migrate } from "../../src/store/postgres/migrate.ts";

const FILE = join(import.meta.dirname, "../../docker-compose.yml");
const config = z.object({ content: z.string() });
const { configs } = z
  .object({ configs: z.object({ "database-roles": config, "database-owner": config }) })
  .parse(parse(readFileSync(FILE, "utf8"), { merge: true }));
const PASSWORDS = { app_password: "of the app's", temporal_password: "of Temporal" };

let folder: string;
let server: Postgres;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "crosscurrent-roles-"));
  server = await startPostgres({ dataDir: join(folder, "postgres") });
});
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

function urlOf(database: string, role?: { user: string; password: string }): string {
  const url = new URL(server.url);
  url.pathname = database;
  if (role !== undefined) Object.assign(url, { username: role.user, password: encodeURIComponent(role.password) });
  return url.href;
}

async function connected<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return await work(client).finally(() => client.end());
}

/** What psql makes of the script: variables, and `\gexec`, which runs what a query returns. */
async function runScript(database: string, script: string, variables: Record<string, string>): Promise<void> {
  const statements = script
    .replaceAll(/^\\getenv .*$/gm, "")
    .replaceAll(/:'(\w+)'/g, (_all, name: string) => pg.escapeLiteral(variables[name] ?? "missing"))
    .split(/(?<=;|\\gexec)\n/);
  await connected(urlOf(database), async (client) => {
    for (const statement of statements.map((text) => text.trim())) {
      const { rows } = await client.query({ text: statement.replace("\\gexec", ""), rowMode: "array" });
      if (!statement.endsWith("\\gexec")) continue;
      for (const [text] of rows as unknown as string[][]) await client.query(text ?? "");
    }
  });
}

async function runService(): Promise<void> {
  await runScript("crosscurrent", configs["database-roles"].content, PASSWORDS);
  await runScript("crosscurrent", configs["database-owner"].content, { owner: "crosscurrent_app" });
  for (const database of ["temporal", "temporal_visibility"]) {
    await runScript(database, configs["database-owner"].content, { owner: "temporal" });
  }
}

const APP = { user: "crosscurrent_app", password: PASSWORDS.app_password };
const TEMPORAL = { user: "temporal", password: PASSWORDS.temporal_password };

test("each has a role of its own, whose databases the other cannot enter", async () => {
  // An installation of before: all is the superuser's.
  await migrate(urlOf("crosscurrent"));
  await runService();
  await runService();
  const app = urlOf("crosscurrent", APP);
  const owners = await connected(app, async (client) => {
    const { rows } = await client.query<{ owner: string }>(`
      select distinct relowner::regrole::text as owner from pg_class
        where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'S', 'v', 'm')
      union select proowner::regrole::text from pg_proc where pronamespace = 'public'::regnamespace
      union select typowner::regrole::text from pg_type where typnamespace = 'public'::regnamespace`);
    await client.query("alter table workspaces add column later text");
    await client.query("create table more (id integer)");
    return rows.map(({ owner }) => owner);
  });
  expect(owners).toEqual(["crosscurrent_app"]);
  await connected(urlOf("temporal", TEMPORAL), (client) => client.query("create table executions (id integer)"));
  const { rows } = await connected(server.url, (client) =>
    client.query(
      "select from pg_roles where rolname in ('crosscurrent_app', 'temporal') and (rolsuper or rolcreaterole)",
    ),
  );
  expect(rows).toEqual([]);
  const enter = (url: string) => connected(url, (client) => client.query("select 1"));
  await expect(enter(urlOf("crosscurrent", TEMPORAL))).rejects.toThrow("permission denied for database");
  await expect(enter(urlOf("temporal", APP))).rejects.toThrow("permission denied for database");
  await expect(enter(urlOf("temporal_visibility", APP))).rejects.toThrow("permission denied for database");
});
