// Queries of API keys, and their scopes in words.
import { client, type Schemas } from "../api.ts";
import { useApiQuery, WHOLE_LIST } from "../queries.ts";

export type ApiKey = Schemas["Key"];
export type Scope = ApiKey["scopes"][number];
export const KEYS_KEY = ["keys"];

export const SCOPE_MEANINGS: Record<Scope, string> = {
  chat: "Call routers",
  exposures: "Record exposures",
  read: "Read everything, imported records and user ids included",
  admin: "Do everything",
};

export function useKeys() {
  return useApiQuery(KEYS_KEY, () => client.GET("/v1/keys", { params: { query: WHOLE_LIST } }));
}
