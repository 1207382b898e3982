import type { Connection } from "@temporalio/client";
import { defineSearchAttributeKey, SearchAttributeType } from "@temporalio/common";

/** Keyword search attributes of integration workflows, for the Temporal UI's list. */
export const providerKey = defineSearchAttributeKey("CrosscurrentProvider", SearchAttributeType.KEYWORD);
export const workspaceKey = defineSearchAttributeKey("CrosscurrentWorkspace", SearchAttributeType.KEYWORD);
export const statusKey = defineSearchAttributeKey("CrosscurrentStatus", SearchAttributeType.KEYWORD);

const KEYWORD = 2;

/** Registers them in the namespace where they are missing; safe to run again and by two processes at once. */
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
