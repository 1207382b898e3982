// How long failed connection tests wait for a grant that the provider may not know everywhere yet.
import type { Connection } from "../../domain/connection.ts";

export type TestedConnection = Pick<Connection, "workspaceId" | "provider" | "settings">;

export interface GrantWaitStore {
  /**
   * Notes a test that failed for lack of a grant. Returns until when such tests of this connection are not believed, or
   * null once that time is over. A test after a pause begins a new wait, since something may have been granted.
   */
  failed(tested: TestedConnection): Promise<number | null>;
  /** Ends the wait of a connection whose test failed for another reason, or succeeded. */
  end(tested: TestedConnection): Promise<void>;
}
