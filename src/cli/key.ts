// `crosscurrent key …`: operators' commands on the API keys of a workspace.
import { InvalidArgumentError, type Command } from "commander";
import { toKeyResponse } from "../api/keys/responses.ts";
import { parseRfc3339 } from "../api/rfc3339.ts";
import { flatText, RESOURCE_ID } from "../api/schemas.ts";
import { type ApiKey, type Scope, SCOPES } from "../domain/apiKey.ts";
import type { Page } from "../domain/page.ts";
import { printRows, type Output } from "./print.ts";
import { withStore } from "./withStore.ts";

const LIST_PAGE = 500;

interface CreateOptions {
  scopes: Scope[];
  expires?: number;
}

export function addKeyCommands(program: Command, output: Output): void {
  const group = program.command("key").description("Commands on the API keys of a workspace.");
  group
    .command("create")
    .description("Creates an API key and prints it as one JSON line. `key` is shown only once.")
    .argument("<workspace>", "the workspace's id", resourceId)
    .argument("<name>", "what the key is for: 1 to 255 characters", keyName)
    .requiredOption("--scopes <scopes>", `what it may do: ${SCOPES.join(", ")}, separated by commas`, scopesOf)
    .option("--expires <time>", "when it stops to be valid, as 2027-01-31T00:00:00Z; default: never", futureTime)
    .action((workspaceId: string, name: string, options: CreateOptions) =>
      createKey(workspaceId, name, options, output),
    );
  group
    .command("list")
    .description("Lists the API keys of a workspace, without their text.")
    .argument("<workspace>", "the workspace's id", resourceId)
    .option("--json", "print one JSON line per key", false)
    .action((workspaceId: string, options: { json: boolean }) => listKeys(workspaceId, options, output));
  group
    .command("revoke")
    .description("Ends an API key and the sessions that it opened. Servers refuse it within two seconds.")
    .argument("<workspace>", "the workspace's id", resourceId)
    .argument("<key>", "the key's id, as `crosscurrent key list` shows it", resourceId)
    .action(revokeKey);
}

function resourceId(text: string): string {
  if (RESOURCE_ID.test(text)) return text;
  throw new InvalidArgumentError("Give an id, as `crosscurrent workspace create` or `key list` shows it.");
}

function keyName(text: string): string {
  const parsed = flatText.safeParse(text.trim());
  if (parsed.success) return parsed.data;
  throw new InvalidArgumentError(`It ${parsed.error.issues[0]?.message}.`);
}

function scopesOf(text: string): Scope[] {
  const names = text.split(",").map((name) => name.trim());
  const scopes = SCOPES.filter((scope) => names.includes(scope));
  if (names.every((name) => SCOPES.some((scope) => scope === name))) return scopes;
  throw new InvalidArgumentError(`Give some of ${SCOPES.join(", ")}, separated by commas.`);
}

function futureTime(text: string): number {
  const ms = parseRfc3339(text);
  if (ms !== null && ms > Date.now()) return ms;
  throw new InvalidArgumentError("Give a time in the future with an offset, as 2027-01-31T00:00:00Z.");
}

async function createKey(workspaceId: string, name: string, options: CreateOptions, output: Output): Promise<void> {
  await withStore(async (store) => {
    const { scopes, expires: expiresAtMs = null } = options;
    const created = await store.keys.create(workspaceId, { name, scopes, expiresAtMs });
    if (created === null) throw new Error(`There is no workspace ${workspaceId}.`);
    output.print(`${JSON.stringify({ ...toKeyResponse(created.key), key: created.text })}\n`);
  });
}

async function listKeys(workspaceId: string, { json }: { json: boolean }, output: Output): Promise<void> {
  await withStore(async (store) => {
    let cursor: string | null = null;
    do {
      const page: Page<ApiKey> = await store.keys.list(workspaceId, { cursor, limit: LIST_PAGE });
      printRows(output, page.items.map(toKeyResponse), json);
      cursor = page.next;
    } while (cursor !== null);
  });
}

async function revokeKey(workspaceId: string, id: string): Promise<void> {
  await withStore(async (store) => {
    if (!(await store.keys.revoke(workspaceId, id))) throw new Error(`There is no key ${id} of ${workspaceId}.`);
  });
}
