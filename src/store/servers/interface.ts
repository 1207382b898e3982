// The servers that are up. They divide the limits of workspaces among them.

export interface ServerStore {
  /** Notes that the server is up, and returns how many are, this one included. */
  seen(serverId: string): Promise<number>;
  /** Notes that the server has ended. */
  remove(serverId: string): Promise<void>;
}
