// The secrets of a variant, encrypted together: the API key and the headers of its upstream.
import type { UpstreamSecrets } from "../../domain/router.ts";
import { decryptSecret, encryptSecret } from "../secrets.ts";

/** A key holds no space. Without headers the box holds the key alone, as versions before 0020 read it. */
const WITH_HEADERS = " ";

export interface SealedSecrets {
  box: Buffer | null;
  keyId: string | null;
  headerNames: string[];
  isKeyless: boolean;
}

/** The owner for whom a variant's secrets are encrypted. Ids hold no slash. */
export function secretOwner(workspaceId: string, routerId: string, routeId: string, variantId: string): string {
  return `variant ${workspaceId}/${routerId}/${routeId}/${variantId}`;
}

export function sealSecrets({ apiKey, headers }: UpstreamSecrets, owner: string, keys: Buffer[]): SealedSecrets {
  const headerNames = Object.keys(headers ?? {});
  const isKeyless = apiKey === null;
  if (isKeyless && headerNames.length === 0) return { box: null, keyId: null, headerNames, isKeyless: false };
  const isPlain = headerNames.length === 0 && apiKey !== null;
  const text = isPlain ? apiKey : WITH_HEADERS + JSON.stringify({ apiKey, headers });
  return { ...encryptSecret(text, owner, keys), headerNames, isKeyless };
}

export function openSecrets(box: Buffer | null, owner: string, keys: Buffer[]): UpstreamSecrets {
  if (box === null) return { apiKey: null };
  const text = decryptSecret(box, owner, keys);
  return text.startsWith(WITH_HEADERS) ? (JSON.parse(text) as UpstreamSecrets) : { apiKey: text };
}
