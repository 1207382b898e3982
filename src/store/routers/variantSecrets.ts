// The secrets of a variant, each encrypted by itself: the API key and the headers of its upstream.
import type { UpstreamSecrets } from "../../domain/router.ts";
import { decryptSecret, encryptSecret } from "../secrets.ts";

export type SecretKind = "key" | "headers";

export interface VariantPath {
  workspaceId: string;
  routerId: string;
  routeId: string;
  variantId: string;
}

/** Null: there is none. */
interface SealedSecret {
  box: Buffer | null;
  keyId: string | null;
}

/** The owner for whom a secret is encrypted. Ids hold no slash. */
export function secretOwner(path: VariantPath, kind: SecretKind): string {
  const { workspaceId, routerId, routeId, variantId } = path;
  return `${kind === "key" ? "" : `${kind} of `}variant ${workspaceId}/${routerId}/${routeId}/${variantId}`;
}

export function sealKey(apiKey: string | null, path: VariantPath, keys: Buffer[]): SealedSecret {
  return apiKey === null ? { box: null, keyId: null } : encryptSecret(apiKey, secretOwner(path, "key"), keys);
}

export function sealHeaders(
  headers: Record<string, string>,
  path: VariantPath,
  keys: Buffer[],
): SealedSecret & { names: string[] } {
  const names = Object.keys(headers);
  if (names.length === 0) return { box: null, keyId: null, names };
  return { ...encryptSecret(JSON.stringify(headers), secretOwner(path, "headers"), keys), names };
}

/** Boxes in base64. */
export function openSecrets(
  { box, headerBox }: { box: string | null; headerBox: string | null },
  path: VariantPath,
  keys: Buffer[],
): UpstreamSecrets {
  const open = (sealed: string, kind: SecretKind) =>
    decryptSecret(Buffer.from(sealed, "base64"), secretOwner(path, kind), keys);
  return {
    apiKey: box === null ? null : open(box, "key"),
    ...(headerBox !== null && { headers: JSON.parse(open(headerBox, "headers")) as Record<string, string> }),
  };
}
