// Deletes what is no longer needed.
export interface CleanupStore {
  /**
   * Deletes rows of removed integrations and events, old history and ended sessions, in bounded steps. Also drops
   * expired partitions of raw exposures and makes the next days' ones. Returns how many rows it deleted.
   */
  purge(): Promise<number>;
}
