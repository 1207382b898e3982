// Who holds which account, and which integrations have an account that was not looked at for a day.
import type { OwnershipLedger } from "../../domain/ownership.ts";

export interface OwnershipStore extends OwnershipLedger {
  /** Integrations whose accounts are due for their daily look: one for each account, which is given out once a day. */
  dueForLook(maxAccounts: number): Promise<string[]>;
}
