// The search attributes of integration workflows, for the Temporal UI's list.
import type { Connection } from "@temporalio/client";
import { defineSearchAttributeKey, SearchAttributeType } from "@temporalio/common";
import { statusKey } from "../workflows/messages.ts";

export const providerKey = defineSearchAttributeKey("CrosscurrentProvider", SearchAttributeType.KEYWORD);
export const workspaceKey = defineSearchAttributeKey("CrosscurrentWorkspace", SearchAttributeType.KEYWORD);

const KEYWORD = 2;

/** Registers those that the namespace lacks and returns their names. Safe to repeat, and in two processes at once. */
export async function registerSearchAttributes(connection: Connection, namespace: string): Promise<string[]> {
  const names = [providerKey.name, workspaceKey.name, statusKey.name];
  const missing = async () => {
    const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
    return names.filter((name) => customAttributes[name] === undefined);
  };
  const added = await missing();
  if (added.length === 0) return added;
  try {
    await connection.operatorService.addSearchAttributes({
      namespace,
      searchAttributes: Object.fromEntries(added.map((name) => [name, KEYWORD])),
    });
  } catch (error) {
    if ((await missing()).length > 0) throw error;
  }
  return added;
}
