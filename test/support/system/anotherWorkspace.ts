// The same system, called with the key of another workspace.
import type { System } from "./system.ts";

export async function inAnotherWorkspace(system: System): Promise<System> {
  const { apiKey, workspaceId } = await system.store.workspaces.create("another");
  const call = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const headers = { authorization: `Basic ${apiKey}`, "content-type": "application/json" };
    const answer = await system.app.request(path, {
      method,
      headers,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return (text === "" ? {} : JSON.parse(text)) as T;
  };
  return { ...system, apiKey, workspaceId, call };
}
