// Proves by a free request, /api/app/me, that credentials belong to a project.
import { hash } from "node:crypto";
import { LRUCache } from "lru-cache";
import type { Connection } from "../../domain/connection.ts";
import { SyncError } from "../../domain/errors.ts";
import { fetchProject } from "./account.ts";
import type { MixpanelProject } from "./accountResponse.ts";
import { type Proofs, projectKey, settingsOf } from "./options.ts";

const PROOF_MS = 3_600_000;
const MAX_PROOFS = 10_000;
/** No day of the project can be read without a proof, so its failure is no gap. */
const CONCERNS_ALL_DAYS = { concernsAllDays: true };

export function createProofs(): Proofs {
  const proofs = new LRUCache<string, MixpanelProject>({ max: MAX_PROOFS, ttl: PROOF_MS });
  return {
    async prove(call) {
      const key = proofKey(call.connection);
      const known = proofs.get(key);
      if (known !== undefined) return known;
      const found = await fetchProject(call).catch((error: unknown) => {
        throw error instanceof SyncError ? new SyncError(error.kind, error.message, CONCERNS_ALL_DAYS) : error;
      });
      if (found === null) {
        const remedy = "Add it to the project with the role Admin or Owner.";
        throw new SyncError("permission", `The Mixpanel service account does not see this project. ${remedy}`);
      }
      proofs.set(key, found);
      return found;
    },
    forget(connection) {
      proofs.delete(proofKey(connection));
    },
  };
}

/** No secret is kept in memory for longer than a call. */
function proofKey(connection: Connection): string {
  const { serviceAccountUsername } = settingsOf(connection);
  return hash("sha256", JSON.stringify([projectKey(connection), serviceAccountUsername, connection.secret]), "hex");
}
