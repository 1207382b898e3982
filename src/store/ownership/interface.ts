// Who holds which account, and which integrations have an account that was not looked at for a day.
import type { OwnershipLedger } from "../../domain/ownership.ts";

export interface OwnershipStore extends OwnershipLedger {
  /** The ids of integrations whose account is due for its daily look. Each account is given out once a day. */
  dueForLook(maxAccounts: number): Promise<string[]>;
}
