// Proves by a free request that credentials belong to a project, before any request of its shared budget is spent.
import { hash } from "node:crypto";
import { LRUCache } from "lru-cache";
import type { Connection } from "../../domain/connection.ts";
import { SyncError } from "../../domain/errors.ts";
import { fetchProject, type MixpanelProject } from "./account.ts";
import { type MixpanelCall, projectKey, settingsOf } from "./options.ts";

const PROOF_MS = 3_600_000;
const MAX_PROOFS = 10_000;

export interface Proofs {
  /** Returns what Mixpanel tells of the project. Asks once an hour; throws if the account does not see the project. */
  prove(call: MixpanelCall): Promise<MixpanelProject>;
  /** Forgets the proof, because Mixpanel has refused the credentials since. */
  forget(connection: Connection): void;
}

export function createProofs(): Proofs {
  const proofs = new LRUCache<string, MixpanelProject>({ max: MAX_PROOFS, ttl: PROOF_MS });
  return {
    async prove(call) {
      const key = proofKey(call.connection);
      const known = proofs.get(key);
      if (known !== undefined) return known;
      const found = await fetchProject(call);
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
