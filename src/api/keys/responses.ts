// What the API shows of a key: never its text, except when it is made.
import { z } from "@hono/zod-openapi";
import { type ApiKey, SCOPES } from "../../domain/apiKey.ts";
import { isoTime, isoTimeOrNull, time } from "../responses.ts";

const keyFields = {
  id: z.string().describe("The id of the key."),
  name: z.string().describe("What the key is for."),
  scopes: z.array(z.enum(SCOPES)).describe("What calls with the key may do."),
  hint: z.string().nullable().describe("The first characters of the key. Null for keys of older versions."),
  createdAt: time.describe("When the key was made."),
  lastUsedAt: time.nullable().describe("When the key was used last, up to some minutes late. Null: never."),
  expiresAt: time.nullable().describe("When the key stops to be valid. Null: it does not expire."),
};
const example = {
  id: "key_5c1e",
  name: "Gateway of the shop",
  scopes: ["chat"],
  hint: "cck_Zm9v",
  createdAt: "2026-01-31T08:00:00.000Z",
  lastUsedAt: null,
  expiresAt: null,
};

export const keyResponse = z.object(keyFields).openapi("Key", { example });
export const createdResponse = z
  .object({ ...keyFields, key: z.string().describe("The key. It is shown only this once.") })
  .openapi("CreatedKey", { example: { ...example, key: "cck_Zm9vYmFy" } });

export function toKeyResponse({ createdAtMs, lastUsedAtMs, expiresAtMs, ...key }: ApiKey): z.input<typeof keyResponse> {
  return {
    ...key,
    createdAt: isoTime(createdAtMs),
    lastUsedAt: isoTimeOrNull(lastUsedAtMs),
    expiresAt: isoTimeOrNull(expiresAtMs),
  };
}
