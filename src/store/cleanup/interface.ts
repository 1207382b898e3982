// Deletes what is no longer needed.
export interface CleanupStore {
  /** Also drops expired partitions of exposures and makes the next ones. Returns how many rows it deleted. */
  purge(): Promise<number>;
}
